import type { Escalated, EscalationReason } from '../alerts/alert.js';
import type { EscalationPolicy, EscalationTarget } from './escalation-policy.js';

/** Whom a step of a plan tells; operators are nobody's members, so no policy of an organisation names them. */
export type PlanTarget = EscalationTarget | { readonly kind: 'operators' };
export type PlanStep = Pick<EscalationPolicy['steps'][number], 'channels' | 'delaySeconds'> & {
  readonly targets: readonly PlanTarget[];
};

/** What an escalation goes by: the policy of an organisation, or the way in which operators are called. */
export type EscalationPlan = Pick<EscalationPolicy, 'repeat' | 'unreachedSeconds'> & {
  readonly steps: readonly PlanStep[];
};

/** A plan, and since when it holds, ms; 0: nobody has set it. */
export interface HeldPlan {
  readonly plan: EscalationPlan;
  readonly since: number;
}

/** The policy that brought an escalation to a level. */
export type PolicyRun = NonNullable<Escalated['policy']>;

/** A level that an escalation has come to, when (ms), and by which policy; level 0 is that of its beginning. */
export interface ReachedLevel {
  readonly level: number;
  readonly levelAt: number;
  readonly policy: PolicyRun | undefined;
}

/** Whatever a policy says: an escalation ends. As many as ten steps, five times repeated, have. */
export const MAX_LEVELS = 60;

/** Where an escalation stands, and what became of it there. Times are ms. */
export interface LevelState {
  readonly level: number;
  readonly levelAt: number;
  /** How many of those who were told are not asleep. */
  readonly awake: number;
  /** A device of one of them has received it, or nothing would say so. */
  readonly received: boolean;
}

/**
 * The level of the first step of a plan. Where an escalation has come to its level by an earlier plan, that is the next
 * one: all of the new one is gone through. When it was set tells them apart; clocks of two servers need not agree.
 */
export function beginOf({ since }: Pick<HeldPlan, 'since'>, { level, levelAt, policy }: ReachedLevel): number {
  const isChanged = level === 0 ? since > levelAt : (policy ? Date.parse(policy.setAt) : 0) !== since;
  return isChanged ? level + 1 : (policy?.from ?? 0);
}

/** How many levels a plan has: each step once in each round. */
export function levelsOf({ steps, repeat }: EscalationPlan): number {
  return Math.min(steps.length * (repeat + 1), MAX_LEVELS);
}

/** The step of a level; undefined before the first one and after the last. */
export function stepAt(plan: EscalationPlan, level: number): PlanStep | undefined {
  return level >= 0 && level < levelsOf(plan) ? plan.steps[level % plan.steps.length] : undefined;
}

/**
 * When an escalation is looked at for the first time at a level, ms: at once where nobody could be told, else when a
 * device should have received it, or when the step has had its time.
 */
export function firstLookAt(plan: EscalationPlan, state: Pick<LevelState, 'level' | 'levelAt' | 'awake'>): number {
  const step = stepAt(plan, state.level);
  if (!step || state.awake === 0) return state.levelAt;
  return state.levelAt + Math.min(step.delaySeconds, plan.unreachedSeconds) * 1000;
}

/** Whether an escalation goes on now, and why; else when to look again, ms. */
export function judge(
  plan: EscalationPlan,
  { level, levelAt, awake, received }: LevelState,
  now: number,
): { readonly reason: EscalationReason } | { readonly waitUntil: number } {
  const step = stepAt(plan, level);
  if (!step) return { reason: 'unacknowledged' };
  if (awake === 0) return { reason: 'unreachable' };
  const over = levelAt + step.delaySeconds * 1000;
  if (now >= over) return { reason: 'unacknowledged' };
  const unreached = levelAt + plan.unreachedSeconds * 1000;
  if (received || unreached >= over) return { waitUntil: over };
  return now >= unreached ? { reason: 'unreached' } : { waitUntil: unreached };
}

/** Where an escalation goes on. */
export interface NextLevel {
  readonly level: number;
  readonly reason: EscalationReason;
  /** Levels at which nobody could be told, in order; the one that is left among them. */
  readonly skipped: readonly number[];
}

/**
 * The next level at which somebody can be told; after the last one `exhausted`. Levels rise strictly.
 * @param canTell whether the step at this index reaches anybody
 */
export function nextLevel(
  plan: EscalationPlan,
  { level, reason }: { readonly level: number; readonly reason: EscalationReason },
  canTell: (step: number) => boolean,
): NextLevel {
  const end = levelsOf(plan);
  const skipped = reason === 'unreachable' && level < end ? [level] : [];
  for (let next = level + 1; next < end; next++) {
    if (canTell(next % plan.steps.length)) return { level: next, reason, skipped };
    skipped.push(next);
  }
  return { level: Math.max(end, level + 1), reason: 'exhausted', skipped };
}
