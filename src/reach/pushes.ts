import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';
import type { ReachLedger, ReachRow } from './reach-ledger.js';

/** Pushes within this time are written together, ms. */
const GATHER_MS = 200;
/** Pushes that may wait; further ones are not noted, so that the ledger never slows what it counts. */
const MAX_WAITING = 2000;
/** Alerts of which it is known in memory whom they were pushed to: every further event goes to the same people. */
const MAX_KNOWN = 500;

interface Push {
  readonly alertIds: readonly string[];
  readonly reached: Iterable<string | undefined>;
  readonly at: Date;
}

/** Notes in the ledger whom alerts were pushed to, some time after it has happened. */
export class Pushes {
  #waiting: Push[] = [];
  readonly #known = new Map<string, Set<string>>();
  readonly #logger = new Logger('Pushes');
  #gathering: NodeJS.Timeout | undefined;
  #isFull = false;

  constructor(
    private readonly ledger: Pick<ReachLedger, 'add'>,
    private readonly clock: Clock,
    private readonly channel = 'socket',
  ) {}

  /**
   * Takes note and returns at once; `reached` is looked at later.
   * @param reached the accounts behind what was written to; without one nobody is noted
   */
  note(alertIds: readonly string[], reached: Iterable<string | undefined>): void {
    if (this.#waiting.length >= MAX_WAITING) return this.#full();
    this.#waiting.push({ alertIds, reached, at: this.clock.now() });
    this.#gathering ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Writes what waits. Never rejects: what cannot be written is not counted. */
  async flush(): Promise<void> {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const pushes = this.#waiting;
    this.#waiting = [];
    this.#isFull = false;
    const rows = pushes.flatMap((push) => this.#rowsOf(push));
    if (rows.length === 0) return;
    try {
      await this.ledger.add(rows);
    } catch (error) {
      this.#logger.warn({ err: error, rows: rows.length }, 'whom alerts were pushed to could not be noted');
    }
  }

  #rowsOf({ alertIds, reached, at }: Push): ReachRow[] {
    const users = new Set(reached);
    return alertIds.flatMap((alertId) => {
      const known = this.#knownOf(alertId);
      return [...users].flatMap((userId) => {
        if (userId === undefined || known.has(userId)) return [];
        known.add(userId);
        return { alertId, userId, stage: 'pushed' as const, channel: this.channel, at };
      });
    });
  }

  #knownOf(alertId: string): Set<string> {
    const known = this.#known.get(alertId) ?? new Set<string>();
    this.#known.delete(alertId);
    this.#known.set(alertId, known);
    if (this.#known.size > MAX_KNOWN) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }

  #full(): void {
    if (!this.#isFull) this.#logger.warn('too many pushes at once: not all are noted');
    this.#isFull = true;
  }
}
