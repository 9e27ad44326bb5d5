import type { Clock } from '../clock.js';
import type { SmsProvider } from '../config/channel-vars.js';
import type { Database } from '../database/database.js';
import { fallBack } from '../notifications/fall-back.js';
import type { ReachLedger } from '../reach/reach-ledger.js';
import type { SmsReport } from './sms-reports.js';

interface Parts {
  readonly database: Database;
  readonly ledger: Pick<ReachLedger, 'add'>;
  readonly clock: Clock;
}

interface ReceivedRow {
  readonly alert_id: string | null;
  readonly user_id: string | null;
}

/** What networks say of the text messages that we sent. Messages that we do not know count for nothing. */
export class SmsOutcomes {
  constructor(private readonly parts: Parts) {}

  /** Errors as of {@link Database}: the gateway sends the report again. */
  async note(provider: SmsProvider, reports: readonly SmsReport[]): Promise<void> {
    for (const report of reports) {
      if (report.outcome === 'received') await this.#received(provider, report);
      else await this.#undeliverable(provider, report);
    }
  }

  /** Also when another provider took over meanwhile, or ours has not noted yet who took it: it has come. */
  async #received(provider: SmsProvider, { ref, deliveryId }: SmsReport): Promise<void> {
    const at = this.parts.clock.now();
    const { rows } = await this.parts.database.query<ReceivedRow>({
      name: 'receive-sms',
      text: `update deliveries set received_at = coalesce(received_at, $3)
              where kind <> 'event' and channel = 'sms' and ((provider = $1 and provider_ref = $2) or id = $4)
              returning alert_id, user_id`,
      values: [provider, ref, at, deliveryId ?? null],
    });
    const reached = rows.flatMap(({ alert_id: alertId, user_id: userId }) =>
      alertId && userId ? [{ alertId, userId, stage: 'received' as const, channel: 'sms', at }] : [],
    );
    if (reached.length > 0) await this.parts.ledger.add(reached);
  }

  /** The next contact of its person is tried at once; a worker finds it within two seconds. */
  async #undeliverable(provider: SmsProvider, { ref }: SmsReport): Promise<void> {
    const now = this.parts.clock.now();
    await this.parts.database.transaction(async (client) => {
      const { rows } = await client.query<{ id: string }>({
        name: 'undeliverable-sms',
        text: `update deliveries set status = 'dead', finished_at = $3, last_error = 'the network could not deliver it'
                where provider = $1 and provider_ref = $2 and kind <> 'event' and status = 'delivered'
                  and received_at is null
                returning id`,
        values: [provider, ref, now],
      });
      for (const { id } of rows) await fallBack(client, id, now);
    });
  }
}
