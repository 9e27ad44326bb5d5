import type { Database } from '../database/database.js';
import { fallBack } from '../notifications/fall-back.js';
import {
  CLAIM_NOTICES,
  readClaimed,
  TELLING_WINDOW_MS,
  type ClaimedContact,
  type ClaimedNotice,
  type ClaimedRow,
} from './claimed-notice.js';

/** What was sent, and who took it. */
export interface SentNotice {
  readonly id: string;
  readonly provider: string;
  readonly ref: string | undefined;
}

/** The part of the ledger `deliveries` that tells people something. Errors as of {@link Database.query}. */
export class NotificationLedger {
  constructor(private readonly database: Database) {}

  /**
   * Takes what is due of these for one attempt each, which must end within `leaseMs`; later, somebody else may take it.
   * What is not due, not pending, not there, or just being taken by somebody else is left out.
   */
  async claim(ids: readonly string[], now: Date, leaseMs: number): Promise<ClaimedNotice[]> {
    const { rows } = await this.database.query<ClaimedRow>({
      name: 'claim-notices',
      text: CLAIM_NOTICES,
      values: [ids, now, new Date(now.getTime() + leaseMs), TELLING_WINDOW_MS],
    });
    return rows.map(readClaimed);
  }

  async markSent(sent: readonly SentNotice[], now: Date): Promise<void> {
    await this.database.query({
      name: 'finish-notices',
      text: `update deliveries d
                set status = 'delivered', finished_at = $4, last_error = null, provider = s.provider, provider_ref = s.ref
               from unnest($1::uuid[], $2::text[], $3::text[]) as s (id, provider, ref)
              where d.id = s.id and d.status <> 'delivered'`,
      values: [sent.map(({ id }) => id), sent.map(({ provider }) => provider), sent.map(({ ref }) => ref ?? null), now],
    });
  }

  /** It is not needed any more. */
  async skip({ id, attempts }: ClaimedNotice, reason: string, now: Date): Promise<void> {
    await this.database.query({
      name: 'skip-notice',
      text: `update deliveries set status = 'skipped', finished_at = $3, last_error = $4
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, now, reason],
    });
  }

  /** Puts it off; that was no attempt. `held`: until the end of quiet hours, until there is room for it, or until somebody lets it go before. */
  async hold({ id, attempts }: ClaimedNotice, until: Date): Promise<void> {
    await this.database.query({
      name: 'hold-notice',
      text: `update deliveries set held = true, next_attempt_at = $3, attempts = attempts - 1
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, until],
    });
  }

  /** Puts it back for a later attempt. An overtaken attempt changes nothing. */
  async retry({ id, attempts }: ClaimedNotice, reason: string, at: Date): Promise<void> {
    await this.database.query({
      name: 'retry-notice',
      text: `update deliveries set next_attempt_at = $3, last_error = $4
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, at, reason],
    });
  }

  /**
   * It is dead; the next of the person's contacts takes its place. An overtaken attempt gives nothing up.
   * @returns the deliveries that take its place, due at once
   */
  async giveUp({ id, attempts }: ClaimedNotice, reason: string, now: Date): Promise<string[]> {
    return this.database.transaction(async (client) => {
      const { rowCount } = await client.query({
        name: 'give-up-notice',
        text: `update deliveries set status = 'dead', finished_at = $3, last_error = $4
                where id = $1 and attempts = $2 and status = 'pending'`,
        values: [id, attempts, now, reason],
      });
      return rowCount === 1 ? (await fallBack(client, id, now)).map((added) => added.id) : [];
    });
  }

  /** The address is no more: a device that has taken its permission back, a subscription that has ended. */
  async forget({ id }: ClaimedContact): Promise<void> {
    await this.database.query({ name: 'forget-contact', text: 'delete from contacts where id = $1', values: [id] });
  }
}
