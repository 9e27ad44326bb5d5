import { Logger } from '../observability/nest-log.js';
import { systemClock, type Clock } from '../clock.js';
import { pause } from '../pause.js';
import { within } from '../time-limit.js';
import type { Database } from './database.js';

const ASK_EVERY_MS = 5000;
/** The start of a process waits no longer for the first answer. */
const FIRST_ANSWER_MS = 1000;
/** What a machine's clock may be off before it is worth a line in the log. */
const WORTH_TELLING_MS = 1000;

const ASK = {
  name: 'shared-clock',
  text: 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now',
};

/**
 * One clock for all processes: Postgres'. What is due is written by one process and looked for by another; were each to
 * go by its own machine, a clock that is an hour ahead would let an escalation wait for an hour, and one that is set
 * back would do so to all that was written before. Between two answers it goes by time that cannot be set.
 * Until the first answer it is the clock of the machine.
 */
export class SharedClock implements Clock {
  /** Postgres' time at the moment that `performance.now()` calls 0, ms. */
  #origin: number;
  readonly #stopping = new AbortController();
  readonly #logger = new Logger('SharedClock');
  #toldOff = 0;

  constructor(private readonly machine: Clock = systemClock) {
    this.#origin = machine.now().getTime() - performance.now();
  }

  /** Asked once, for a command line, whose times servers read too. */
  static async ofNow(database: Pick<Database, 'query'>): Promise<SharedClock> {
    const clock = new SharedClock();
    clock.stop(); // it asks no second time, and writes nothing into what a command says
    await clock.follow(database);
    return clock;
  }

  now(): Date {
    return new Date(this.#origin + performance.now());
  }

  /** Goes by this Postgres from now on; resolves after its first answer, or after a second without one. Never rejects. */
  async follow(database: Pick<Database, 'query'>): Promise<void> {
    const first = this.#ask(database);
    void first.then(() => this.#askOn(database));
    await within(FIRST_ANSWER_MS, first).catch(() => undefined);
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #askOn(database: Pick<Database, 'query'>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await pause(ASK_EVERY_MS, signal);
      if (!signal.aborted) await this.#ask(database);
    }
  }

  /** Never rejects: while Postgres is away, time goes on. */
  async #ask(database: Pick<Database, 'query'>): Promise<void> {
    try {
      const asked = performance.now();
      const { rows } = await database.query<{ now: number }>(ASK);
      this.#correct(rows[0]!.now, asked, performance.now());
    } catch {
      // Health and whoever needs Postgres tell that it is away.
    }
  }

  /** Postgres read its clock at some time between the question and the answer: what is within that is right. */
  #correct(theirs: number, asked: number, answered: number): void {
    const [earliest, latest] = [theirs - answered, theirs - asked];
    if (this.#origin < earliest || this.#origin > latest) this.#origin = (earliest + latest) / 2;
    if (this.#stopping.signal.aborted) return;
    const off = Math.round(this.machine.now().getTime() - this.now().getTime());
    if (Math.abs(off - this.#toldOff) < WORTH_TELLING_MS) return;
    this.#toldOff = off;
    this.#logger.warn({ offMs: off }, "the clock of this machine is not Postgres'; times are Postgres'");
  }
}
