import { z } from 'zod';
import type { AlertReading } from '../alerts/alert-reading.js';
import { personOf, type Caller } from '../auth/caller.js';
import { requireMay } from '../auth/policy.js';
import type { Clock } from '../clock.js';
import { parse } from '../errors/parse.js';
import type { ReachLedger } from '../reach/reach-ledger.js';

const receiptSchema = z.object({ id: z.string() });

/** Answer to a receipt. */
export interface ReceiptAnswer {
  readonly id: string;
  readonly at: string;
}

/** Clients tell that an alert has come to a responder's device, and that they have looked at it. */
export class Receipts {
  constructor(
    private readonly reading: Pick<AlertReading, 'seen'>,
    private readonly ledger: Pick<ReachLedger, 'add'>,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError REQUEST_INVALID, ALERT_NOT_FOUND, DATABASE_UNAVAILABLE; FORBIDDEN for whoever does not answer the
   *   alert, or has no account: nobody would know whom it reached
   */
  async take(stage: 'received' | 'seen', caller: Caller, body: unknown): Promise<ReceiptAnswer> {
    const { alert, sight } = await this.reading.seen(caller, parse(receiptSchema, body).id);
    const person = personOf(caller);
    requireMay(caller, person !== undefined && sight !== 'own');
    const at = this.clock.now();
    await this.ledger.add([{ alertId: alert.id, userId: person!.id, stage, channel: 'socket', at }]);
    return { id: alert.id, at: at.toISOString() };
  }
}
