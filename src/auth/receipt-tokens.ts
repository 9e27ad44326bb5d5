import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** `reporter` proves to be the reporter of an alert; `press` merely lets further presses fold into it. */
export type ReceiptScope = 'reporter' | 'press';

export interface Receipt {
  readonly alertId: string;
  readonly scope: ReceiptScope;
  /** Given before the alert was in the log, where it may turn out to have another id. */
  readonly promised?: true;
}

const SCOPE_MARKS: Record<ReceiptScope, string> = { reporter: 'r', press: 'p' };
const SIGNATURE_BYTES = 24;

/**
 * Receipts of alerts: signed, not stored, so that every node reads them and a retry gets the same one.
 * Form: `<r|p>.<alert id, 32 hex>.<signature>`, with `R` or `P` for a promised id. The key is derived from the operator key: a new operator key ends them.
 */
export class ReceiptTokens {
  readonly #key: Buffer;

  constructor(operatorKey: string) {
    this.#key = Buffer.from(hkdfSync('sha256', operatorKey, '', 'naboom receipt tokens', 32));
  }

  issue({ alertId, scope, promised }: Receipt): string {
    const mark = promised ? SCOPE_MARKS[scope].toUpperCase() : SCOPE_MARKS[scope];
    const body = `${mark}.${alertId.replaceAll('-', '')}`;
    return `${body}.${this.#sign(body).toString('base64url')}`;
  }

  /** The receipt that a token stands for; undefined when it is not one of ours. */
  read(token: string): Receipt | undefined {
    const [, body = '', mark = '', hex = '', signature = ''] =
      /^(([rpRP])\.([0-9a-f]{32}))\.([\w-]{32})$/.exec(token) ?? [];
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, this.#sign(body))) return undefined;
    const alertId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const scope = mark.toLowerCase() === 'r' ? 'reporter' : 'press';
    return { alertId, scope, ...(mark === mark.toLowerCase() ? {} : { promised: true }) };
  }

  #sign(body: string): Buffer {
    return createHmac('sha256', this.#key).update(body).digest().subarray(0, SIGNATURE_BYTES);
  }
}
