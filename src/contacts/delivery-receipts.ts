import type { Channel } from '../alerts/channel.js';
import { readReceipt } from '../channels/receipt-token.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { ReachLedger } from '../reach/reach-ledger.js';

interface Parts {
  readonly database: Database;
  readonly ledger: Pick<ReachLedger, 'add'>;
  readonly clock: Clock;
  readonly key: Buffer;
}

interface ReceivedRow {
  readonly channel: Channel;
  readonly alert_id: string | null;
  readonly user_id: string | null;
}

/** Devices say that a message has come, and that somebody looked at it. */
export class DeliveryReceipts {
  constructor(private readonly parts: Parts) {}

  /** The delivery behind a token; undefined when there is none, at the price of a hash. */
  read(token: string): string | undefined {
    return readReceipt(this.parts.key, token, this.parts.clock.now());
  }

  /**
   * Notes it in the delivery and, of an alert, in the reach ledger, which tells those who watch. A push subscription is
   * verified by it when it was a test. Whatever is not there any more counts for nothing. Errors as of {@link Database}.
   */
  async take(deliveryId: string, stage: 'received' | 'seen'): Promise<void> {
    const { database, ledger, clock } = this.parts;
    const at = clock.now();
    const { rows } = await database.query<ReceivedRow>({
      name: 'receive-delivery',
      // A subscription that was replaced since the test was asked for is another device.
      text: `with found as (select * from deliveries where id = $1 and kind <> 'event'),
                  noted as (update deliveries set received_at = $2
                             where id in (select id from found where received_at is null)),
                  verified as (update contacts c set verified_at = $2 from found f
                                where f.kind = 'test' and f.channel = 'push' and c.id = f.contact_id
                                  and c.verified_at is null and c.created_at <= f.created_at)
             select channel, alert_id, user_id from found`,
      values: [deliveryId, at],
    });
    const [row] = rows;
    if (!row?.alert_id || !row.user_id) return;
    await ledger.add([{ alertId: row.alert_id, userId: row.user_id, stage, channel: row.channel, at }]);
  }
}
