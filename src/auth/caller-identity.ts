import type { Promised } from '../database/promised-ids.js';
import { Logger } from '../observability/nest-log.js';
import { within } from '../time-limit.js';
import type { ApiKeys } from './api-keys.js';
import type { Caller } from './caller.js';
import type { OperatorKey } from './operator-key.js';
import type { ReceiptTokens } from './receipt-tokens.js';
import type { Sessions } from './sessions.js';
import { API_KEY_PREFIX, SESSION_PREFIX } from './tokens.js';

/** Longest time that a panic waits to know who presses. */
const PANIC_MS = 500;
/** Less than a panic waits: it must stay its reporter's. */
const PROMISED_MS = 250;
const REJECTED: Caller = { kind: 'anonymous', rejected: true };

export interface CallerIdentityParts {
  readonly operatorKey: OperatorKey;
  readonly receipts: ReceiptTokens;
  readonly sessions: Sessions;
  readonly apiKeys: ApiKeys;
  /** The stored alert that a promised id leads to; undefined while there is none. */
  readonly findPromised: (alertId: string) => Promise<Promised | undefined>;
}

/** Tells who a bearer token stands for. */
export class CallerIdentity {
  readonly #logger = new Logger('CallerIdentity');

  constructor(private readonly parts: CallerIdentityParts) {}

  /**
   * What the token says is no reason to refuse: what is not recognised is anonymous.
   * @throws AppError DATABASE_UNAVAILABLE when it cannot be known
   */
  async identify(token: string | undefined): Promise<Caller> {
    const { operatorKey, receipts, sessions, apiKeys } = this.parts;
    if (token === undefined) return { kind: 'anonymous', rejected: false };
    if (operatorKey.matches(token)) return { kind: 'operator' };
    if (token.startsWith(SESSION_PREFIX)) {
      const session = await sessions.find(token);
      if (!session) return REJECTED;
      const { id: sessionId, person, operator } = session;
      return { kind: operator ? 'operator' : 'person', person, sessionId };
    }
    if (token.startsWith(API_KEY_PREFIX)) return (await apiKeys.find(token)) ?? REJECTED;
    const receipt = receipts.read(token);
    if (!receipt) return REJECTED;
    const { id: alertId, proven } = receipt.promised
      ? await this.#becameOf(receipt.alertId)
      : { id: receipt.alertId, proven: true };
    return { kind: 'reporter', alertId, proven: proven && receipt.scope === 'reporter' };
  }

  /** Where Postgres does not say, the alert is what it was promised to be. */
  async #becameOf(alertId: string): Promise<Promised> {
    const found = await within(PROMISED_MS, this.parts.findPromised(alertId)).catch(() => undefined);
    return found ?? { id: alertId, proven: true };
  }

  /** As {@link identify} for a panic: never rejects and never waits long; who cannot be known in time is anonymous. */
  async identifyForPanic(token: string | undefined): Promise<Caller> {
    try {
      return await within(PANIC_MS, this.identify(token));
    } catch (error) {
      this.#logger.warn({ reason: (error as Error).message }, 'a panic goes on without knowing who pressed');
      return REJECTED;
    }
  }
}
