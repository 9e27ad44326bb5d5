import type { LoggedAlert, LoggedStand } from './audit-history.js';
import type { Finding } from './audit-record.js';
import { beginOf, levelsOf, stepAt, type EscalationPlan } from './escalation-plan.js';

/** How late a step may be before it counts as missed, ms: a sweep, a busy worker, a restart. */
export const GRACE_MS = 30_000;

/** What the table `escalations` says. */
export interface WatchedEscalation {
  readonly organisationId: string | null;
  /** Ms; null: nothing is due any more. */
  readonly nextAt: number | null;
}

/** The rules of an organisation, and since when they hold, ms. */
export interface HeldPolicy {
  readonly policy: EscalationPlan;
  readonly since: number;
}

/** An alert that is open and that nobody has taken notice of. */
export interface AuditedAlert extends LoggedAlert {
  readonly id: string;
  readonly watched: readonly WatchedEscalation[];
}

/** A finding, and whether making it due again helps. */
export interface StandFinding {
  readonly finding: Finding;
  readonly stand: LoggedStand;
  /** It will not happen by itself. */
  readonly isLost: boolean;
}

/**
 * What should have happened to an alert by now and did not. Steps may come before their time, never after it: an
 * escalation is where it should be when its next step is not overdue.
 * @param now ms
 */
export function auditAlert(
  alert: AuditedAlert,
  policyOf: (stand: LoggedStand, verified: boolean) => HeldPolicy,
  now: number,
): StandFinding[] {
  return alert.stands.flatMap((stand) => {
    const found = auditStand(alert, stand, policyOf(stand, alert.verified), now);
    return found ?? [];
  });
}

function auditStand(
  { id: alertId, watched }: AuditedAlert,
  stand: LoggedStand,
  held: HeldPolicy,
  now: number,
): StandFinding | undefined {
  const { organisationId, level } = stand;
  const found = { alertId, organisationId, level };
  if (stand.exhausted) return { finding: { kind: 'exhausted', ...found }, stand, isLost: false };
  // What waited in Redis was pressed long ago; nobody could be called before it came into the log.
  if (now < Math.max(stand.at, stand.loggedAt ?? stand.at) + GRACE_MS) return undefined;
  const expected = expectedStand(stand, held, now);
  const due = { dueAt: new Date(expected.dueAt).toISOString(), expectedLevel: expected.level };
  const row = watched.find((each) => each.organisationId === organisationId);
  if (!row) return { finding: { kind: 'unwatched', ...found, ...due }, stand, isLost: true };
  if (row.nextAt === null) return { finding: { kind: 'stopped', ...found, ...due }, stand, isLost: true };
  if (expected.level === level) return undefined;
  return { finding: { kind: 'late', ...found, ...due }, stand, isLost: row.nextAt > now };
}

/** Where it should be by now, and when its next step was due. */
function expectedStand(
  stand: LoggedStand,
  { policy, since }: HeldPolicy,
  now: number,
): { level: number; dueAt: number } {
  let { level } = stand;
  const begin = beginOf({ since }, { level, levelAt: stand.at, policy: stand.policy });
  const delayOf = (each: number) => delayMsOf(policy, each - begin);
  // Rules that have just been changed begin then.
  let at = Math.max(stand.at, since);
  const dueAt = at + delayOf(level);
  const last = Math.max(levelsOf(policy) + begin, stand.level + 1);
  while (level < last && at + delayOf(level) + GRACE_MS <= now) {
    at += delayOf(level);
    level += 1;
  }
  return { level, dueAt };
}

/** How long a level waits for somebody to take notice, ms; before the first and beyond the last one there is nothing to wait for. */
export function delayMsOf(policy: EscalationPlan, level: number): number {
  return (stepAt(policy, level)?.delaySeconds ?? 0) * 1000;
}
