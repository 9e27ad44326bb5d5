import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import type { Pins } from '../people/pins.js';
import type { Alert } from './alert.js';
import { PinTries } from './pin-tries.js';

/** PINs that differ, of 4 to 8 digits each. */
export interface SetPins {
  readonly cancelPin: string;
  readonly duressPin?: string;
}

/** PINs of one alert as they are stored, in hex. */
export interface PinDigests {
  readonly cancel: string;
  readonly duress?: string;
}

export interface CancelPinsParts {
  readonly database: Database;
  readonly operatorKey: string;
  /** The PINs of accounts. */
  readonly accounts: Pins;
  readonly clock: Clock;
}

type Reported = Pick<Alert, 'id' | 'reporterId'>;

interface PinRow {
  readonly cancel_digest: Buffer | null;
  readonly duress_digest: Buffer | null;
  readonly account_has_pin: boolean;
}

/** The PINs that a reporter cancels with: those of the account, or those that came with the press. See ADR 13. */
export class CancelPins {
  readonly #key: Buffer;
  readonly #tries: PinTries;
  /** Beside those of each alert: whoever stole a session can raise many, and each has the PINs of the account. */
  readonly #triesOfAccounts: PinTries;
  readonly #logger = new Logger('CancelPins');

  constructor(private readonly parts: CancelPinsParts) {
    this.#key = Buffer.from(hkdfSync('sha256', parts.operatorKey, '', 'naboom cancel pins', 32));
    this.#tries = new PinTries(parts.clock);
    this.#triesOfAccounts = new PinTries(parts.clock);
  }

  /**
   * Keeps PINs for an alert that has none yet: whoever forces the reporter shall not set new ones. Never rejects, and
   * never tells whether what is kept is the same.
   */
  async keep(alert: Reported, pins: SetPins): Promise<'kept' | 'taken' | 'failed'> {
    return this.keepDigests(alert, this.digestsOf(alert.id, pins));
  }

  /** PINs as they may be stored for an alert, here or until Postgres is back. */
  digestsOf(alertId: string, { cancelPin, duressPin }: SetPins): PinDigests {
    const hex = (pin: string) => this.#digest(alertId, pin).toString('hex');
    return { cancel: hex(cancelPin), ...(duressPin ? { duress: hex(duressPin) } : {}) };
  }

  /** As {@link keep}, of digests that were made for this alert. */
  async keepDigests(
    { id, reporterId }: Reported,
    { cancel, duress }: PinDigests,
  ): Promise<'kept' | 'taken' | 'failed'> {
    try {
      const { rowCount } = await this.parts.database.query({
        name: 'keep-pins',
        text: `insert into alert_pins (alert_id, cancel_digest, duress_digest)
               select $1, $2, $3 where not exists (select from users where id = $4 and cancel_pin_hash is not null)
               on conflict (alert_id) do nothing`,
        values: [id, Buffer.from(cancel, 'hex'), duress ? Buffer.from(duress, 'hex') : null, reporterId],
      });
      return rowCount === 1 ? 'kept' : 'taken';
    } catch (error) {
      this.#logger.warn({ err: error }, 'the PINs of an alert could not be stored');
      return 'failed';
    }
  }

  /**
   * What the PIN means that a reporter cancels with; without a PIN being set, any or none cancels. All that is set is
   * looked at whatever fits, so that the time tells nothing.
   * @throws AppError PIN_REQUIRED, PIN_WRONG, TOO_MANY_REQUESTS or DATABASE_UNAVAILABLE
   */
  async check(alert: Reported, pin: string | undefined): Promise<'cancel' | 'duress'> {
    const set = await this.#read(alert);
    if (!set.cancel_digest && !set.account_has_pin) return 'cancel';
    if (pin === undefined) throw new AppError('PIN_REQUIRED');
    const attempt = this.#take(alert, set);
    const meaning = await this.#meaningOf(alert, pin, set);
    if (!meaning) throw new AppError('PIN_WRONG');
    attempt.giveBack();
    return meaning;
  }

  /** A try that the account refuses is none of the alert. */
  #take({ id, reporterId }: Reported, set: PinRow): { giveBack(): void } {
    const ofAlert = this.#tries.take(id);
    if (reporterId === null || !set.account_has_pin) return ofAlert;
    try {
      const ofAccount = this.#triesOfAccounts.take(reporterId);
      return {
        giveBack() {
          ofAlert.giveBack();
          ofAccount.giveBack();
        },
      };
    } catch (error) {
      ofAlert.giveBack();
      throw error;
    }
  }

  async #read({ id, reporterId }: Reported): Promise<PinRow> {
    const { rows } = await this.parts.database.query<PinRow>({
      name: 'read-pins',
      text: `select p.cancel_digest, p.duress_digest, u.cancel_pin_hash is not null as account_has_pin
               from (select $1::uuid as alert_id, $2::uuid as user_id) wanted
               left join alert_pins p on p.alert_id = wanted.alert_id
               left join users u on u.id = wanted.user_id`,
      values: [id, reporterId],
    });
    return rows[0]!;
  }

  async #meaningOf({ id, reporterId }: Reported, pin: string, set: PinRow): Promise<'cancel' | 'duress' | undefined> {
    const digest = this.#digest(id, pin);
    const isKept = (kept: Buffer | null) => timingSafeEqual(kept ?? Buffer.alloc(digest.length), digest);
    const [isCancel, isDuress] = [isKept(set.cancel_digest), isKept(set.duress_digest)];
    const ofAccount =
      reporterId !== null && set.account_has_pin ? await this.parts.accounts.check(reporterId, pin) : 'none';
    // Where the two say different things, somebody may be forced.
    if (isDuress || ofAccount === 'duress') return 'duress';
    return isCancel || ofAccount === 'cancel' ? 'cancel' : undefined;
  }

  #digest(alertId: string, pin: string): Buffer {
    return createHmac('sha256', this.#key).update(`${alertId}\n${pin}`).digest();
  }
}
