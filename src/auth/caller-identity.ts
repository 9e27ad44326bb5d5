import type { Caller } from './caller.js';
import type { OperatorKey } from './operator-key.js';
import type { ReceiptTokens } from './receipt-tokens.js';

/** Tells who a bearer token stands for. */
export class CallerIdentity {
  constructor(
    private readonly operatorKey: OperatorKey,
    private readonly receipts: ReceiptTokens,
  ) {}

  /** Never rejects for what the token says: what is not recognised is anonymous. */
  async identify(token: string | undefined): Promise<Caller> {
    if (token === undefined) return { kind: 'anonymous', rejected: false };
    if (this.operatorKey.matches(token)) return { kind: 'operator' };
    const receipt = this.receipts.read(token);
    if (!receipt) return { kind: 'anonymous', rejected: true };
    return { kind: 'reporter', alertId: receipt.alertId, proven: receipt.scope === 'reporter' };
  }
}
