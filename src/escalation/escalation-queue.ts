import { createHash } from 'node:crypto';
import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { InjectClock, type Clock } from '../clock.js';
import type { QueueMap } from '../queues/queue-map.js';
import { within } from '../time-limit.js';
import type { EscalationRow } from './escalation-rows.js';
import { runOf } from './escalation-state.js';

/** An add is answered, refused or given up within this; it may still have been done. */
const ADD_MS = 1500;
/** Escalations of one job: they are decided in one batch of the log. */
const MAX_BATCH = 25;
/** What falls due within this time goes together, ms. */
const TOGETHER_MS = 20;
/** A sweeper asks for the same ones no sooner again, ms: a job that died with its worker is not waited for. */
const AGAIN_MS = 2000;

type EscalationQueueJobs = Queue<QueueMap['escalation']['escalate'], unknown, keyof QueueMap['escalation']>;

/** Wakes workers at the moment when an escalation is due. Losing a job loses nothing: what is due stands in Postgres. */
@Injectable()
export class EscalationQueue {
  constructor(
    @InjectQueue('escalation') private readonly queue: EscalationQueueJobs,
    @InjectClock() private readonly clock: Clock,
  ) {}

  /**
   * Adds jobs that run when these are due.
   * @throws Error within 1.5 s when Redis is away
   */
  async add(due: readonly DueEscalation[]): Promise<void> {
    await this.#add(due, () => ({}));
  }

  /** As {@link add}, for those that may have a job already. */
  async addAgain(due: readonly DueEscalation[]): Promise<void> {
    await this.#add(due, (payload) => ({ deduplication: { id: digestOf(payload), ttl: AGAIN_MS } }));
  }

  async #add(due: readonly DueEscalation[], options: (payload: Payload) => object): Promise<void> {
    const now = this.clock.now();
    const jobs = batchesOf(due, now).map((batch) => {
      const data = payloadOf(batch);
      const delay = Math.max(...batch.map((row) => waitOf(row, now)));
      return { name: 'escalate' as const, data, opts: { ...options(data), delay } };
    });
    await within(ADD_MS, this.queue.addBulk(jobs));
  }
}

/** What a job is made of: which escalation, and when. */
type DueEscalation = Pick<EscalationRow, 'alertId' | 'organisationId' | 'nextAt'>;
type Payload = QueueMap['escalation']['escalate'];

/** The payload of the job for these. */
export function payloadOf(batch: readonly DueEscalation[]): Payload {
  return { runs: batch.map(runOf) };
}

/** Those that fall due at about the same time, or are already; at most {@link MAX_BATCH} together. */
export function batchesOf(due: readonly DueEscalation[], now: Date): DueEscalation[][] {
  const batches: DueEscalation[][] = [];
  for (const row of due.toSorted((a, b) => waitOf(a, now) - waitOf(b, now))) {
    const batch = batches.at(-1);
    const isNear = batch && waitOf(row, now) - waitOf(batch[0]!, now) <= TOGETHER_MS;
    if (isNear && batch.length < MAX_BATCH) batch.push(row);
    else batches.push([row]);
  }
  return batches;
}

/** Until it is due, ms. */
function waitOf({ nextAt }: DueEscalation, now: Date): number {
  return Math.max(0, (nextAt ?? now).getTime() - now.getTime());
}

function digestOf(payload: Payload): string {
  return `escalate-${createHash('sha256').update(JSON.stringify(payload)).digest('base64url')}`;
}
