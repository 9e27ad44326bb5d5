import { Inject, Injectable } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { Deliveries } from './deliveries.js';
import { DeliveryQueue } from './delivery-queue.js';
import { pause } from '../pause.js';

const EVERY_MS = 1000;
/** A new delivery has its job already; without an attempt for so long, it may have lost it. */
const QUEUED_MS = 500;
/** Deliveries of one sweep; the rest follows when these have been attempted. */
const BATCH = 200;

/**
 * Queues every delivery that is due or will be before the next sweep: what BullMQ lost, what waits for a retry, what
 * could not be queued. Runs in each worker; two never take the same rows at once.
 */
@Injectable()
export class DeliverySweeper {
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(DeliveryQueue) private readonly queue: DeliveryQueue,
    @InjectClock() private readonly clock: Clock,
  ) {}

  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One sweep; how many deliveries it queued. Throws when Postgres or Redis is away. */
  async sweep(): Promise<number> {
    const now = this.clock.now().getTime();
    const times = { until: new Date(now + EVERY_MS), firstUntil: new Date(now - QUEUED_MS) };
    return this.deliveries.sweep(times, BATCH, (due) => this.queue.addAgain(due));
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.sweep().catch(() => undefined); // health reports Postgres and Redis; the next sweep tries again
      await pause(EVERY_MS, signal);
    }
  }
}
