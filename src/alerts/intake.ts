import { Logger } from '@nestjs/common';
import { databaseUnavailable, storesNothing } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { pause } from '../pause.js';
import { redisFailureOf } from '../redis/redis-failure.js';
import type { RoleClient } from '../redis/role-client.js';
import { TimeLimitError, within } from '../time-limit.js';
import { AlertBatch, type Outcome } from './alert-batch.js';
import type { AlertLog } from './alert-log.js';
import type { PinDigests } from './cancel-pins.js';
import type { RaiseCommand } from './decide.js';
import { withOwnKey, type PendingPress } from './pending-press.js';
import type { PendingStream } from './pending-stream.js';
import type { PendingTail } from './pending-tail.js';
import type { Accepted, ProvisionalAlerts } from './provisional-alerts.js';

/**
 * A phone waits 5 s, half a second of which may go to know who presses: by then it must have heard, if only that nothing
 * is known of its press.
 */
const ANSWER_MS = 4400;
/** A press that the log has not answered within this goes to Redis as well. A quiet log needs 5 ms, a loaded one 200. */
const PATIENCE_MS = 2000;
const PROBE_MS = 250;
/** An answer waits at most this long for what was pressed before, to tell the alert as it is with it. */
const TAIL_MS = 250;

/** What became of a press, and where its record stands. */
export interface Taken {
  readonly outcome: Accepted;
  readonly stored: 'postgres' | 'redis';
}

export interface IntakeParts {
  readonly log: Pick<AlertLog, 'append' | 'probe' | 'turn'>;
  readonly stream: Pick<PendingStream, 'take'>;
  readonly tail: Pick<PendingTail, 'reached'>;
  readonly alerts: ProvisionalAlerts;
  /** The connection that the stream is written by: it knows why it is down. */
  readonly connection: RoleClient;
}

type Digests = (alertId: string) => PinDigests | undefined;

/**
 * Takes presses: into the log, or into Redis while the log cannot be reached. A log that hangs costs the first presses
 * their wait; those that come later go to Redis at once, until a probe finds the log again.
 */
export class Intake {
  readonly #stop = new AbortController();
  readonly #logger = new Logger('Intake');
  #probing: Promise<void> | undefined;
  /** Presses that Redis took since this process started. */
  takenByRedis = 0;

  constructor(private readonly parts: IntakeParts) {}

  /** True while presses go to Redis. */
  get isLogAway(): boolean {
    return this.#probing !== undefined;
  }

  /**
   * @returns what became of the press, once it is committed or in the append-only file of Redis
   * @throws AppError DATABASE_UNAVAILABLE when neither is known within 4.4 s: the caller may repeat it with its key
   */
  async take(command: RaiseCommand, digestsOf: Digests = () => undefined): Promise<Taken> {
    try {
      return await within(
        ANSWER_MS,
        this.#take(mayBelongToAnother(command) ? withOwnKey(command) : command, digestsOf),
      );
    } catch (error) {
      throw error instanceof TimeLimitError ? databaseUnavailable(error) : error;
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#probing;
  }

  async #take(command: RaiseCommand, digestsOf: Digests): Promise<Taken> {
    const { log, alerts } = this.parts;
    if (this.isLogAway) return this.#takeByRedis(command, digestsOf);
    if (alerts.concerns(command)) {
      // What it belongs to is still in Redis: in the log it would become an alert of its own.
      const taken = await this.#takeByRedis(command, digestsOf).catch(() => undefined);
      if (taken) return taken;
    }
    const withdrawal = new AbortController();
    const appended = log.append(command, withdrawal.signal).then(accepted);
    try {
      return { outcome: await within(PATIENCE_MS, appended), stored: 'postgres' };
    } catch (error) {
      if (!(error instanceof TimeLimitError) && !storesNothing(error)) throw error;
      this.#lost();
      const taken = await this.#takeByRedis(command, digestsOf).catch(() => undefined);
      // Only the log is left, and it may still answer.
      if (!taken) return { outcome: await appended, stored: 'postgres' };
      withdrawal.abort(); // stored twice it would be work for a log that has too much, and never two alerts
      return taken;
    } finally {
      appended.catch(() => undefined); // whoever stopped waiting for it does not hear of it
    }
  }

  async #takeByRedis(command: RaiseCommand, digestsOf: Digests): Promise<Taken> {
    const { stream, tail, alerts, connection } = this.parts;
    let press: PendingPress;
    try {
      press = await stream.take(command, digestsOf);
    } catch (error) {
      const { code, message } = redisFailureOf(error, connection);
      throw databaseUnavailable(new Error(`${code}: ${message}`, { cause: error }));
    }
    this.takenByRedis += 1;
    await tail.reached(press.id, TAIL_MS);
    const outcome = alerts.outcomeOf(press.id) ?? alone(press);
    return { outcome, stored: 'redis' };
  }

  #lost(): void {
    this.#probing ??= this.#probe().finally(() => (this.#probing = undefined));
  }

  async #probe(): Promise<void> {
    const since = performance.now();
    this.#logger.warn('the log of alerts cannot be reached; Redis takes the alerts');
    while (!this.#stop.signal.aborted) {
      await pause(PROBE_MS, this.#stop.signal);
      try {
        // A commit that hangs holds up what comes behind it, even where a new connection is answered.
        await this.parts.log.turn();
        await this.parts.log.probe();
        this.#logger.log({ ms: Math.round(performance.now() - since) }, 'the log of alerts can be reached again');
        return;
      } catch {
        // Still away.
      }
    }
  }
}

/**
 * Whether it may become part of an alert that there is. Such a press may go both ways, and only a key shows then that it
 * is one; a press that opens an alert is known by the id that it brings.
 */
function mayBelongToAnother({ reporter, receiptOf, weakReceiptOf }: RaiseCommand): boolean {
  return (reporter ?? receiptOf ?? weakReceiptOf) !== undefined;
}

/** What a press comes to where nothing is known of the alert that it belongs to. */
function alone({ command }: PendingPress): Accepted {
  const outcome = accepted(new AlertBatch(0, []).run(command));
  return {
    ...outcome,
    outcome: command.promised.first ? outcome.outcome : 'folded',
    alert: { ...outcome.alert, seq: 0 },
  };
}

function accepted(outcome: Outcome): Accepted {
  if ('refused' in outcome) throw new AppError(outcome.refused);
  return outcome;
}
