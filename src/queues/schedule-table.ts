import type { BareJobName } from './queue-map.js';

/** A job that is run by the clock. */
export interface JobSchedule {
  /** Its name in BullMQ; never used for another schedule. */
  readonly id: string;
  readonly job: BareJobName;
  /** Cron, with seconds first if it has six fields, in NABOOM_TIME_ZONE. */
  readonly pattern: string;
  /** Runs of a job that fails, the first included. */
  readonly attempts: number;
  /** Time until the first retry, ms; it doubles, and a half of it is left to chance. */
  readonly retryMs: number;
  /** While Redis is away each worker runs it by itself so often, ms; its job must bear that. Without: it waits. */
  readonly withoutRedisMs?: number;
}

/** Everything that is run by the clock, and nothing else is. */
export const SCHEDULES: readonly JobSchedule[] = [
  { id: 'prune-daily', job: 'prune', pattern: '15 3 * * *', attempts: 5, retryMs: 60_000 },
  // Shifts begin with the minute, and the clocks of workers differ a little.
  minutely('apply-shifts', 1),
  minutely('balance-sms', 20),
  minutely('audit-escalations', 40),
];

const RUN_AGAIN_ANYWAY: ReadonlySet<string> = new Set(
  SCHEDULES.flatMap(({ job, withoutRedisMs }) => (withoutRedisMs === undefined ? [] : [job])),
);

/** Whether the clock starts the job again within a minute, so that nobody need run a lost one once more. */
export function isRunEachMinute(job: string): boolean {
  return RUN_AGAIN_ANYWAY.has(job);
}

/** Each minute, also while Redis is away. The second keeps the jobs of a minute from starting all at once. */
export function minutely(job: BareJobName, second: number): JobSchedule {
  const id = `${job}-minutely`;
  return { id, job, pattern: `${second} * * * * *`, attempts: 2, retryMs: 5000, withoutRedisMs: 60_000 };
}
