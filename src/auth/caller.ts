import type { Actor } from '../alerts/alert.js';
import { AppError } from '../errors/app-error.js';
import type { OperatorKey } from './operator-key.js';
import type { ReceiptTokens } from './receipt-tokens.js';

/** Who asks. People with sessions become a further kind here. */
export type Caller =
  | { readonly kind: 'operator' }
  /** Holds the receipt of an alert; `proven` when it shows that they are its reporter. */
  | { readonly kind: 'reporter'; readonly alertId: string; readonly proven: boolean }
  /** `rejected`: a token was given, but it is not, or no longer, one of ours. */
  | { readonly kind: 'anonymous'; readonly rejected: boolean };

/** Tells who a bearer token stands for. */
export class CallerIdentity {
  constructor(
    private readonly operatorKey: OperatorKey,
    private readonly receipts: ReceiptTokens,
  ) {}

  /** Never throws: what is not recognised is anonymous. */
  identify(token: string | undefined): Caller {
    if (token === undefined) return { kind: 'anonymous', rejected: false };
    if (this.operatorKey.matches(token)) return { kind: 'operator' };
    const receipt = this.receipts.read(token);
    if (!receipt) return { kind: 'anonymous', rejected: true };
    return { kind: 'reporter', alertId: receipt.alertId, proven: receipt.scope === 'reporter' };
  }
}

/** The actor of events that this caller causes. */
export function actorOf(caller: Caller): Actor {
  return { kind: caller.kind === 'operator' ? 'operator' : 'reporter' };
}

/**
 * Lets responders pass; for now these are the operators.
 * @throws AppError UNAUTHENTICATED or FORBIDDEN
 */
export function requireResponder(caller: Caller): void {
  if (caller.kind === 'operator') return;
  throw new AppError(caller.kind === 'reporter' ? 'FORBIDDEN' : 'UNAUTHENTICATED');
}

/**
 * Lets responders pass, and the proven reporter of this alert.
 * @returns which of the two it is
 * @throws AppError UNAUTHENTICATED or FORBIDDEN
 */
export function requireReaderOf(caller: Caller, alertId: string): 'responder' | 'reporter' {
  if (caller.kind === 'operator') return 'responder';
  if (caller.kind === 'reporter' && caller.proven && caller.alertId === alertId) return 'reporter';
  throw new AppError(caller.kind === 'reporter' ? 'FORBIDDEN' : 'UNAUTHENTICATED');
}
