import type { Clock } from '../clock.js';
import { DueSweeper, type DirectRunner } from '../queues/due-sweeper.js';
import type { Deliveries, DueDelivery } from './deliveries.js';
import { batchesOf, jobOf, type DeliveryQueue } from './delivery-queue.js';

/** What falls due before the next sweep is queued already, with a delay. */
const AHEAD_MS = 1000;
/** A new delivery has its job already; without an attempt for so long, it may have lost it. */
const QUEUED_MS = 500;
/** Deliveries of one sweep; the rest follows when these have been attempted. */
const BATCH = 200;

interface Parts {
  readonly deliveries: Deliveries;
  readonly queue: DeliveryQueue;
  readonly runner: DirectRunner;
  readonly clock: Clock;
}

/**
 * Sees to it that every delivery is attempted when it is due: what people are told in one sweep, what receivers of
 * events are sent in another, so that neither waits for the other.
 */
export function deliverySweepers({ deliveries, queue, runner, clock }: Parts): DueSweeper<DueDelivery>[] {
  return (['people', 'receivers'] as const).map(
    (to) =>
      new DueSweeper<DueDelivery>(
        {
          name: `deliveries to ${to}`,
          sweep(take) {
            const now = clock.now().getTime();
            const times = { until: new Date(now + AHEAD_MS), firstUntil: new Date(now - QUEUED_MS) };
            return deliveries.sweep({ to, ...times }, BATCH, take);
          },
          queueAgain: (due) => queue.addAgain(due),
          // Those that are first due a moment from now are left to the next sweep.
          jobsOf: (due) => batchesOf(due.filter(({ nextAttemptAt }) => nextAttemptAt <= clock.now())).map(jobOf),
        },
        runner,
      ),
  );
}
