import type { Actor, Alert, Escalated } from '../alerts/alert.js';
import type { EscalateCommand } from '../alerts/decide-escalation.js';
import type { LogWriter } from '../alerts/log-writer.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { JobHandler } from '../queues/job-handler.js';
import type { JobPayload } from '../queues/queue-map.js';
import {
  beginOf,
  judge,
  nextLevel,
  stepAt,
  type EscalationPlan,
  type HeldPlan,
  type NextLevel,
} from './escalation-plan.js';
import { putOff, runOf, takeDue, toldAt, type EscalationRun, type TakenEscalation } from './escalation-state.js';
import { planFor } from './plans.js';
import { catchAll, operators, reachableOf, recipientsOf, type Calling, type Recipient } from './recipients.js';

/** A worker that died holds an escalation no longer than this, ms. */
const LEASE_MS = 3000;
/** The reader is told of new events within milliseconds; whoever was quicker looks again, ms. */
const BEHIND_MS = 100;
const SYSTEM: Actor = { kind: 'system' };

type Going = Omit<Escalated, 'organisationId'>;

interface Parts {
  readonly database: Database;
  readonly log: Pick<LogWriter, 'write'>;
  readonly clock: Clock;
}

/** What a run of the job came to. */
export interface EscalateResult {
  /** The entries that it has added to the log. */
  readonly seqs: readonly number[];
  /** What is to be looked at again, and when: ms since 1970. */
  readonly waiting: readonly (EscalationRun & { readonly at: number })[];
  /** How many were not due or over. */
  readonly idle: number;
}

/**
 * The job `escalate`: brings what is due to its next level. The log decides; whoever acknowledges first stops it. The
 * rows follow when the reader hears of the event, so that a crash in between leaves nothing half done.
 */
export class Escalate implements JobHandler<'escalate'> {
  readonly job = 'escalate';

  constructor(private readonly parts: Parts) {}

  async run({ runs }: JobPayload<'escalate'>): Promise<EscalateResult> {
    const { database, log, clock } = this.parts;
    const taken = await takeDue(database, runs, clock.now(), LEASE_MS);
    try {
      const { commands, waiting } = await this.#judgeAll(taken);
      const { entries } = commands.length > 0 ? await log.write(commands) : { entries: [] };
      const seqs = entries.map(({ seq }) => seq);
      return { seqs, waiting, idle: runs.length - seqs.length - waiting.length };
    } catch (error) {
      // The next attempt need not wait for the lease. Should the log have taken it after all, it takes it once.
      await Promise.allSettled(taken.map(({ row }) => putOff(database, row, clock.now())));
      throw error;
    }
  }

  async #judgeAll(taken: readonly TakenEscalation[]) {
    const commands: EscalateCommand[] = [];
    const waiting: EscalateResult['waiting'][number][] = [];
    for (const one of taken) {
      const next = await this.#commandFor(one);
      if (next instanceof Date) {
        await putOff(this.parts.database, one.row, next);
        waiting.push({ ...runOf(one.row), at: next.getTime() });
      } else if (next) commands.push(next);
    }
    return { commands, waiting };
  }

  /** How it goes on, or when to look again; undefined when it is over. */
  async #commandFor({ row, alert, policy, isCurrent }: TakenEscalation): Promise<EscalateCommand | Date | undefined> {
    const { database, clock } = this.parts;
    const at = clock.now();
    if (!isCurrent) return new Date(at.getTime() + BEHIND_MS);
    if (alert.status !== 'open') return undefined;
    const held = await planFor(database.pool, alert, row.organisationId);
    const begin = beginOf(held, { level: row.level, levelAt: row.levelAt.getTime(), policy });
    const told = await toldAt(database.pool, row, at);
    const reachable = await reachableOf(database.pool, told.userIds, { alert, at });
    const state = {
      level: row.level - begin,
      levelAt: row.levelAt.getTime(),
      awake: reachable.filter(({ isAsleep }) => !isAsleep).length,
      received: told.received,
    };
    const verdict = judge(held.plan, state, at.getTime());
    if ('waitUntil' in verdict) return new Date(verdict.waitUntil);
    const { alertId, level: from, organisationId } = row;
    const left = { level: state.level, reason: verdict.reason };
    const next = await this.#next(held.plan, left, { organisationId, alert, at });
    const details = { organisationId, ...inLog(next, held, begin) };
    return { type: 'escalate', alertId, at: at.toISOString(), actor: SYSTEM, from, details };
  }

  /** Levels of the plan, not of the escalation. */
  async #next(plan: EscalationPlan, left: Pick<NextLevel, 'level' | 'reason'>, calling: Calling): Promise<Going> {
    const people: Recipient[][] = [];
    for (const step of plan.steps) people.push(await recipientsOf(this.parts.database.pool, step, calling));
    const canTell = (step: number) => people[step]!.some(({ isAsleep }) => !isAsleep);
    const next = nextLevel(plan, left, canTell);
    return {
      ...next,
      ...(next.reason === 'exhausted' ? await this.#lastCall(calling) : whomToTell(plan, next, people)),
    };
  }

  /** Nobody took notice: the catch-all organisation gets it, and the operators. A drill calls in nobody else. */
  async #lastCall({ alert, at }: Calling): Promise<Pick<Escalated, 'userIds' | 'places'>> {
    if (alert.test) return { userIds: [] };
    const { pool } = this.parts.database;
    const [last, running] = [await catchAll(pool), await operators(pool)];
    const people = await reachableOf(pool, [...new Set([...running, ...(last?.dispatchers ?? [])])], { alert, at });
    const userIds = people.map(({ userId }) => userId);
    if (!last || alert.organisations.includes(last.id)) return { userIds };
    return { userIds, places: calledIn(alert, last.id) };
  }
}

/** How it goes on, by the levels of the escalation: those of its plan begin at `begin`. */
function inLog({ level, skipped, ...going }: Going, { since }: HeldPlan, begin: number): Going {
  const policy = since > 0 ? { policy: { setAt: new Date(since).toISOString(), from: begin } } : {};
  return { ...going, level: level + begin, skipped: skipped.map((each) => each + begin), ...policy };
}

function calledIn({ areas, organisations }: Alert, organisationId: string): NonNullable<Escalated['places']> {
  return { areas, organisations: [...organisations, organisationId].sort() };
}

/**
 * Those of the step, and who is asleep of the steps that are passed over: what waits for them is told at once should the
 * alert become critical. The channels are of the step alone: it is not to be heard on others because somebody sleeps.
 */
function whomToTell(
  plan: EscalationPlan,
  { level, skipped }: NextLevel,
  people: readonly (readonly Recipient[])[],
): Pick<Escalated, 'userIds' | 'channels'> {
  const steps = [level, ...skipped].map((each) => each % plan.steps.length);
  const userIds = [...new Set(steps.flatMap((step) => people[step]!.map(({ userId }) => userId)))];
  const { channels } = stepAt(plan, level)!;
  return { userIds, ...(channels && { channels }) };
}
