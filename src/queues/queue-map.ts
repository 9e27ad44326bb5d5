import { z } from 'zod';

const ids = z.array(z.uuid()).min(1);

/**
 * Every queue, its jobs and what each job carries: small JSON, no secret, nothing that Postgres does not hold. A worker
 * runs no job that is not in this shape.
 */
const PAYLOADS = {
  notifications: {
    /** One attempt at each of these rows of `deliveries`, which have one receiver. */
    'deliver-webhooks': z.strictObject({ deliveryIds: ids }),
  },
  /** A queue of its own: a receiver that hangs keeps the jobs of `notifications` busy, and people must not wait for it. */
  messages: {
    /** One attempt at each of these rows of `deliveries`, which tell people something. */
    'send-notifications': z.strictObject({ deliveryIds: ids }),
  },
  /** A queue of its own: to call the next people waits for no delivery. */
  escalation: {
    /** Brings these escalations to their next level, where that is due; all zeros are the operators. */
    escalate: z.strictObject({
      runs: z.array(z.strictObject({ alertId: z.uuid(), organisationId: z.uuid() })).min(1),
    }),
  },
  maintenance: {
    /** Deletes what retention no longer keeps. */
    prune: z.strictObject({}),
    /** Looks for escalations that should have happened and did not, and makes them due. */
    'audit-escalations': z.strictObject({}),
    /** Begins and ends duties as shifts say, each minute. */
    'apply-shifts': z.strictObject({}),
    /** Moves text messages away from a provider that is slow. */
    'balance-sms': z.strictObject({}),
  },
} as const;

export type QueueName = keyof typeof PAYLOADS;
type Schemas<Q extends QueueName> = (typeof PAYLOADS)[Q];
export type QueueMap = {
  readonly [Q in QueueName]: { readonly [J in keyof Schemas<Q>]: Payload<Schemas<Q>[J]> };
};
type Payload<S> = S extends z.ZodType ? Readonly<z.output<S>> : never;
export type JobName = { [Q in QueueName]: keyof QueueMap[Q] }[QueueName];
export type JobPayload<J extends JobName> = {
  [Q in QueueName]: J extends keyof QueueMap[Q] ? QueueMap[Q][J] : never;
}[QueueName];

/** A job that needs no payload, such as one that a schedule starts. */
export type BareJobName = { [J in JobName]: Record<string, never> extends JobPayload<J> ? J : never }[JobName];

/** Jobs of each queue that one worker process runs at once. */
export const CONCURRENCY: Readonly<Record<QueueName, number>> = {
  notifications: 6,
  messages: 4,
  escalation: 2,
  maintenance: 2,
};

/** Queues whose jobs people wait for: no child process that is free is kept from them. */
export const URGENT: ReadonlySet<QueueName> = new Set(['escalation', 'messages']);

export const QUEUE_NAMES = Object.keys(PAYLOADS) as QueueName[];
export const JOB_NAMES: readonly JobName[] = QUEUE_NAMES.flatMap((queue) => Object.keys(PAYLOADS[queue]) as JobName[]);

/** The queue of a job. */
export function queueOf(job: JobName): QueueName {
  return QUEUE_NAMES.find((queue) => job in PAYLOADS[queue])!;
}

/** The shape of a job's payload; undefined for a job that this queue does not have. */
export function payloadSchema(queue: QueueName, job: string): z.ZodType | undefined {
  return (PAYLOADS[queue] as Readonly<Record<string, z.ZodType>>)[job];
}
