import type { Database } from '../database/database.js';
import type { Passwords } from './passwords.js';

/** What a PIN says; `none`: this person has set no PIN. */
export type PinMeaning = 'cancel' | 'duress' | 'wrong' | 'none';

interface PinRow {
  readonly cancel_pin_hash: string | null;
  readonly duress_pin_hash: string | null;
}

/** The PINs with which people cancel their own alerts; the second one is for those who are forced to. */
export class Pins {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
  ) {}

  async set(userId: string, { cancelPin, duressPin }: { cancelPin: string; duressPin?: string | undefined }) {
    const hashes = [
      await this.passwords.hash(cancelPin),
      duressPin === undefined ? null : await this.passwords.hash(duressPin),
    ];
    await this.database.query({
      name: 'set-pins',
      text: 'update users set cancel_pin_hash = $2, duress_pin_hash = $3 where id = $1',
      values: [userId, ...hashes],
    });
  }

  /** Takes the same time for each answer: whoever looks over the shoulder must see no difference. */
  async check(userId: string, pin: string): Promise<PinMeaning> {
    const { rows } = await this.database.query<PinRow>({
      name: 'pins-of-user',
      text: 'select cancel_pin_hash, duress_pin_hash from users where id = $1',
      values: [userId],
    });
    const cancel = await this.passwords.verify(rows[0]?.cancel_pin_hash ?? undefined, pin);
    const duress = await this.passwords.verify(rows[0]?.duress_pin_hash ?? undefined, pin);
    if (duress) return 'duress';
    if (cancel) return 'cancel';
    return rows[0]?.cancel_pin_hash ? 'wrong' : 'none';
  }
}
