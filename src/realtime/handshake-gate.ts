import type { IncomingMessage } from 'node:http';
import type { OriginPolicy } from '../auth/origin-policy.js';
import type { ErrorCode } from '../errors/error-codes.js';

/** Who may open a connection at all. `cors` does not do it: a browser sends no preflight for a WebSocket. */
export class HandshakeGate {
  #closed = false;

  constructor(private readonly origins: OriginPolicy) {}

  /** Why a handshake is refused; undefined when it may go on. */
  refusal({ headers }: Pick<IncomingMessage, 'headers'>): ErrorCode | undefined {
    if (this.#closed) return 'SHUTTING_DOWN';
    return this.origins.allows(headers.origin, headers.host) ? undefined : 'ORIGIN_FORBIDDEN';
  }

  /** Refuses every further handshake; clients try again elsewhere. */
  close(): void {
    this.#closed = true;
  }
}
