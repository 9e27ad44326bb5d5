import { hash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { answeringActor, reporterActor, type Caller } from '../auth/caller.js';
import type { ReceiptTokens } from '../auth/receipt-tokens.js';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import type { Press } from './alert.js';
import type { Outcome } from './alert-batch.js';
import type { AlertLog } from './alert-log.js';
import type { AlertPublisher } from './alert-publisher.js';
import { reporterView, type ReporterView, type ResponderView } from './alert-views.js';
import type { IdempotencyKey, RaiseCommand, Refusal } from './decide.js';
import type { Lane, Lanes } from './lanes.js';
import { readPress } from './read-press.js';

/** An anonymous key stands for itself, so it must be hard to guess. */
const ANONYMOUS_KEY_MIN = 16;
const KEY_MAX = 255;
const FLOODED = 'flood: more presses came from there than people make; the alert is stored as unverified';

/** A press as it came in, and who pressed. */
export interface RaiseInput {
  readonly body: unknown;
  readonly caller: Caller;
  readonly idempotencyKey?: string | undefined;
  /** Why the report is not to be trusted as it stands, if so; it is stored all the same. */
  readonly doubt?: string | undefined;
  /** Where it comes from, for {@link Lanes}; absent when this system presses itself or vouches for the source. */
  readonly address?: string | undefined;
}

/** Answer to a press, the same on HTTP and sockets. */
export interface RaiseAnswer extends Omit<ReporterView, 'acknowledgedAt' | 'coming' | 'onScene'> {
  /** Where the durable record stands. */
  readonly stored: 'postgres';
  /** `delayed`: other nodes have it within the poll interval instead of at once. */
  readonly realtime: 'live' | 'delayed';
  readonly receiptToken: string;
  readonly warnings: readonly string[];
}

export interface AlertsServiceParts {
  readonly log: AlertLog;
  readonly publisher: AlertPublisher;
  readonly receipts: ReceiptTokens;
  readonly lanes: Lanes;
  readonly clock: Clock;
  readonly countryCode: string;
}

/** Raising alerts and leading them through their life; what HTTP and sockets both call. */
export class AlertsService {
  constructor(private readonly parts: AlertsServiceParts) {}

  /**
   * Stores a press: a new alert, or one more on an open one.
   * @throws AppError DATABASE_UNAVAILABLE; nothing in the input is a reason to refuse
   */
  async raise(input: RaiseInput): Promise<{ created: boolean; answer: RaiseAnswer }> {
    const { press, warnings } = readPress(input.body, this.parts.countryCode);
    const lane = this.parts.lanes.enter(input.caller, input.address);
    const { command, doubts } = this.#raiseCommand(input, press, warnings, lane);
    const outcome = await this.#append(command, lane);
    const live = await this.parts.publisher.isLive(outcome.entry);
    // Whoever proves to be the reporter is told of the lane of the alert; others of what became of their press.
    if (lane.flooded && !(outcome.proven && outcome.alert.verified)) doubts.push(FLOODED);
    const answer = this.#answer(outcome, command.press, live, [...warnings, ...doubts]);
    return { created: outcome.outcome === 'raised', answer };
  }

  async #append(command: RaiseCommand, lane: Lane): Promise<Exclude<Outcome, Refusal>> {
    let outcome: Exclude<Outcome, Refusal> | undefined;
    try {
      outcome = allowed(await this.parts.log.append(command));
      return outcome;
    } finally {
      lane.settle(outcome);
    }
  }

  /**
   * Acknowledges, resolves or cancels; a step that is already taken changes nothing.
   * @throws AppError ALERT_NOT_FOUND, ALERT_STATE or DATABASE_UNAVAILABLE
   */
  async step(
    type: 'acknowledge' | 'resolve' | 'cancel',
    alertId: string,
    caller: Caller,
    note?: string,
  ): Promise<ResponderView> {
    const { log, clock } = this.parts;
    const at = clock.now().toISOString();
    const command = { type, alertId, at, actor: answeringActor(caller, []), ...(note === undefined ? {} : { note }) };
    return allowed(await log.append(command)).alert;
  }

  #raiseCommand(input: RaiseInput, read: Omit<Press, 'verified'>, warnings: string[], { flooded }: Lane) {
    const { caller, doubt } = input;
    const doubts = [
      ...(doubt ? [doubt] : []),
      ...(caller.kind === 'anonymous' && caller.rejected
        ? ['authorization: ignored, the token is not or no longer valid; the alert is stored as unverified']
        : []),
    ];
    const source = read.source ?? (caller.kind === 'machine' ? 'partner' : undefined);
    const press: Press = { ...read, ...(source ? { source } : {}), verified: doubts.length === 0 && !flooded };
    const key = idempotencyKey(input, read, warnings);
    const phone = read.contact?.phone;
    const command: RaiseCommand = {
      type: 'raise',
      newId: uuidv7({ msecs: this.parts.clock.now().getTime() }),
      at: this.parts.clock.now().toISOString(),
      actor: reporterActor(caller),
      press,
      ...(phone ? { reporter: `${read.test ? 'test:' : ''}phone:${phone}` } : {}),
      ...(caller.kind === 'reporter' ? { [caller.proven ? 'receiptOf' : 'weakReceiptOf']: caller.alertId } : {}),
      ...(key ? { key } : {}),
    };
    return { command, doubts };
  }

  #answer(outcome: Exclude<Outcome, Refusal>, press: Press, live: boolean, warnings: readonly string[]): RaiseAnswer {
    const { alert, proven } = outcome;
    const { acknowledgedAt: _acknowledgedAt, coming: _coming, onScene: _onScene, ...view } = reporterView(alert);
    return {
      ...view,
      // Who merely knows the phone number hears back what they said, and nothing of what the reporter told.
      ...(proven ? {} : whatWasSaid(press)),
      stored: 'postgres',
      realtime: live ? 'live' : 'delayed',
      receiptToken: this.parts.receipts.issue({ alertId: alert.id, scope: proven ? 'reporter' : 'press' }),
      warnings,
    };
  }
}

function whatWasSaid({ kind, location, message }: Press): Pick<RaiseAnswer, 'kind' | 'location' | 'message'> {
  return { kind: kind ?? 'panic', location: location ?? null, message: message ?? null };
}

function allowed(outcome: Outcome): Exclude<Outcome, Refusal> {
  if ('refused' in outcome) throw new AppError(outcome.refused);
  return outcome;
}

function idempotencyKey(
  { idempotencyKey: key, caller }: RaiseInput,
  press: Omit<Press, 'verified'>,
  warnings: string[],
): IdempotencyKey | undefined {
  if (!key) return undefined;
  const scope = caller.kind === 'operator' ? 'operator' : '';
  if (key.length > KEY_MAX || (scope === '' && key.length < ANONYMOUS_KEY_MIN)) {
    warnings.push(`Idempotency-Key: ignored, it must have ${ANONYMOUS_KEY_MIN} to ${KEY_MAX} characters`);
    return undefined;
  }
  return { digest: sha256(`${scope}\n${key}`), fingerprint: sha256(JSON.stringify(press)) };
}

function sha256(text: string): string {
  return hash('sha256', text);
}
