/** Every queue, its jobs and what each job carries: small JSON, no secret, nothing that Postgres does not hold. */
export interface QueueMap {
  readonly notifications: {
    /** One attempt at each of these rows of `deliveries`, which have one receiver. */
    readonly 'deliver-webhooks': { readonly deliveryIds: readonly string[] };
  };
  readonly maintenance: {
    /** Deletes what retention no longer keeps. */
    readonly prune: Readonly<Record<string, never>>;
  };
}
export type QueueName = keyof QueueMap;
export type JobName = { [Q in QueueName]: keyof QueueMap[Q] }[QueueName];
export type JobPayload<J extends JobName> = {
  [Q in QueueName]: J extends keyof QueueMap[Q] ? QueueMap[Q][J] : never;
}[QueueName];

interface QueueSettings<Q extends QueueName> {
  readonly jobs: readonly (keyof QueueMap[Q])[];
  /** Jobs of this queue that one worker process runs at once. */
  readonly concurrency: number;
}

/** The queues at run time. */
export const QUEUES: { readonly [Q in QueueName]: QueueSettings<Q> } = {
  notifications: { jobs: ['deliver-webhooks'], concurrency: 6 },
  maintenance: { jobs: ['prune'], concurrency: 1 },
};
export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[];
export const JOB_NAMES: readonly JobName[] = QUEUE_NAMES.flatMap((queue): readonly JobName[] => QUEUES[queue].jobs);
