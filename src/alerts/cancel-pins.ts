import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import type { Alert } from './alert.js';
import { PinTries } from './pin-tries.js';

/** PINs that differ, of 4 to 8 digits each. */
export interface SetPins {
  readonly cancelPin: string;
  readonly duressPin?: string;
}

/** Verifies the PINs of accounts, which are stored as slow hashes. */
export interface PinHashes {
  verify(hash: string, pin: string): Promise<boolean>;
}

/** Injects the {@link PinHashes}. */
export const PIN_HASHES = Symbol('PinHashes');

export interface CancelPinsParts {
  readonly database: Database;
  readonly operatorKey: string;
  readonly hashes: PinHashes;
  readonly clock: Clock;
}

/** What a PIN that is right means. */
export type PinMeaning = 'cancel' | 'duress';

type Reported = Pick<Alert, 'id' | 'reporterId'>;

interface PinRow {
  readonly cancel_digest: Buffer | null;
  readonly duress_digest: Buffer | null;
  readonly cancel_pin_hash: string | null;
  readonly duress_pin_hash: string | null;
}

/** The PINs that a reporter cancels with: those of the account, or those that came with the press. See ADR 13. */
export class CancelPins {
  readonly #key: Buffer;
  readonly #tries: PinTries;
  readonly #logger = new Logger('CancelPins');

  constructor(private readonly parts: CancelPinsParts) {
    this.#key = Buffer.from(hkdfSync('sha256', parts.operatorKey, '', 'naboom cancel pins', 32));
    this.#tries = new PinTries(parts.clock);
  }

  /**
   * Keeps PINs for an alert that has none yet: whoever forces the reporter shall not set new ones. Never rejects, and
   * never tells whether what is kept is the same.
   */
  async keep({ id, reporterId }: Reported, { cancelPin, duressPin }: SetPins): Promise<'kept' | 'taken' | 'failed'> {
    try {
      const { rowCount } = await this.parts.database.query({
        name: 'keep-pins',
        text: `insert into alert_pins (alert_id, cancel_digest, duress_digest)
               select $1, $2, $3 where not exists (select from users where id = $4 and cancel_pin_hash is not null)
               on conflict (alert_id) do nothing`,
        values: [id, this.#digest(id, cancelPin), duressPin ? this.#digest(id, duressPin) : null, reporterId],
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
  async check(alert: Reported, pin: string | undefined): Promise<PinMeaning> {
    const set = await this.#read(alert);
    if (!set.cancel_digest && !set.cancel_pin_hash) return 'cancel';
    if (pin === undefined) throw new AppError('PIN_REQUIRED');
    const attempt = this.#tries.take(alert.id);
    const meaning = await this.#meaningOf(alert.id, pin, set);
    if (!meaning) throw new AppError('PIN_WRONG');
    attempt.giveBack();
    return meaning;
  }

  async #read({ id, reporterId }: Reported): Promise<PinRow> {
    const { rows } = await this.parts.database.query<PinRow>({
      name: 'read-pins',
      text: `select p.cancel_digest, p.duress_digest, u.cancel_pin_hash, u.duress_pin_hash
               from (select $1::uuid as alert_id, $2::uuid as user_id) wanted
               left join alert_pins p on p.alert_id = wanted.alert_id
               left join users u on u.id = wanted.user_id`,
      values: [id, reporterId],
    });
    return rows[0]!;
  }

  async #meaningOf(alertId: string, pin: string, set: PinRow): Promise<PinMeaning | undefined> {
    const digest = this.#digest(alertId, pin);
    const ofAlert = [set.cancel_digest, set.duress_digest].map(
      (kept) => kept !== null && timingSafeEqual(kept, digest),
    );
    const ofAccount = await this.#verify(pin, set.cancel_pin_hash, set.duress_pin_hash);
    // Where both say something, somebody may be forced.
    if (ofAlert[1] || ofAccount[1]) return 'duress';
    return ofAlert[0] || ofAccount[0] ? 'cancel' : undefined;
  }

  /** Two hashes are computed also where there is one. */
  async #verify(pin: string, cancelHash: string | null, duressHash: string | null): Promise<boolean[]> {
    if (cancelHash === null) return [false, false];
    const [cancel, duress] = await Promise.all(
      [cancelHash, duressHash ?? cancelHash].map((hash) => this.parts.hashes.verify(hash, pin)),
    );
    return [cancel === true, duress === true && duressHash !== null];
  }

  #digest(alertId: string, pin: string): Buffer {
    return createHmac('sha256', this.#key).update(`${alertId}\n${pin}`).digest();
  }
}
