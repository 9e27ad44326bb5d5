import { answeringActor, personOf, reporterActor, type Caller } from '../auth/caller.js';
import { isReporterOf, mayAnswer, requireMay, sightOf, type AlertAction } from '../auth/policy.js';
import type { ReceiptTokens } from '../auth/receipt-tokens.js';
import { AppError } from '../errors/app-error.js';
import { readId } from '../errors/read-id.js';
import { within } from '../time-limit.js';
import type { Alert, Press } from './alert.js';
import type { Outcome } from './alert-batch.js';
import type { AlertLog } from './alert-log.js';
import type { AlertPublisher } from './alert-publisher.js';
import type { AlertReader } from './alert-reader.js';
import { provisionalError, stateError, stateErrorUnnamed } from './alert-state-error.js';
import { commandOf, type Step } from './alert-steps.js';
import { reporterView, viewOf, type ReporterView, type ResponderView } from './alert-views.js';
import type { CancelPins, SetPins } from './cancel-pins.js';
import type { LifecycleCommand, RaiseCommand, UpdateCommand } from './decide.js';
import type { Refusal } from './decision.js';
import type { Intake, Taken } from './intake.js';
import type { Lane } from './lanes.js';
import type { Accepted, ProvisionalAlerts } from './provisional-alerts.js';
import { readRaise, type RaiseInput, type RaiseParts } from './raise-command.js';
import { readPress } from './read-press.js';

/** An answer to a press waits at most this long for its PINs: the press itself is stored. */
const PINS_MS = 1000;
const FLOODED = 'flood: more presses came from there than people make; the alert is stored as unverified';

/** Answer to a press, the same on HTTP and sockets. */
export interface RaiseAnswer extends Omit<ReporterView, 'acknowledgedAt' | 'coming' | 'onScene'> {
  /** Where the record stands. */
  readonly stored: 'postgres' | 'redis';
  /**
   * Where Redis stored it: in its append-only file, which outlives the death of every process; how soon it is on the
   * disk, Redis does not tell. Absent otherwise: what Postgres committed is on its disk.
   */
  readonly durability?: 'append-only-file';
  /** The alert is not in the log yet: it has no `seq`, and only presses add to it. */
  readonly provisional?: true;
  /** `delayed`: other nodes have it within the poll interval instead of at once. */
  readonly realtime: 'live' | 'delayed';
  readonly receiptToken: string;
  readonly warnings: readonly string[];
}

/** What is told of an alert to somebody who may do something about it, but does not see it (any more). */
export type AlertHead = Pick<Alert, 'id' | 'reference' | 'status' | 'updatedAt' | 'seq'>;
export type StepAnswer = ResponderView | ReporterView | AlertHead;

export interface AlertsServiceParts extends RaiseParts {
  readonly log: AlertLog;
  readonly reader: AlertReader;
  readonly publisher: AlertPublisher;
  readonly receipts: ReceiptTokens;
  readonly pins: CancelPins;
  readonly intake: Intake;
  readonly provisional: ProvisionalAlerts;
}

/** Raising alerts and leading them through their life; what HTTP and sockets both call. */
export class AlertsService {
  constructor(private readonly parts: AlertsServiceParts) {}

  /**
   * Stores a press: a new alert, or one more on an open one.
   * @throws AppError DATABASE_UNAVAILABLE; nothing in the input is a reason to refuse
   */
  async raise(input: RaiseInput): Promise<{ created: boolean; answer: RaiseAnswer }> {
    const { command, pins, warnings, lane } = readRaise(input, this.parts);
    const taken = await this.#takeIn(lane, command, pins);
    const { outcome } = taken;
    const [live, pinWarnings] = await Promise.all([this.#isLive(taken), this.#keepTakenPins(taken, pins)]);
    // Whoever proves to be the reporter is told of the lane of the alert; others of what became of their press.
    const isInDoubt = lane.flooded && !(outcome.proven && outcome.alert.verified);
    const told = [...warnings, ...pinWarnings, ...(isInDoubt ? [FLOODED] : [])];
    const answer = this.#answer(taken, command.press, live, told);
    return { created: outcome.outcome === 'raised', answer };
  }

  /**
   * Takes a step in the life of an alert; one that is already taken changes nothing.
   * @throws AppError UNAUTHENTICATED, FORBIDDEN, ALERT_NOT_FOUND, ALERT_STATE, DATABASE_UNAVAILABLE; those of
   *   {@link CancelPins.check} for a reporter who cancels
   */
  async step(id: string, caller: Caller, step: Step): Promise<StepAnswer> {
    const alert = await this.#require(step.type, id, caller);
    if (step.type === 'cancel' && isReporterOf(caller, alert)) return this.#cancelOwn(alert, caller, step);
    const outcome = await this.#append(
      commandOf(step, alert.id, answeringActor(caller, alert.organisations), this.parts.clock),
    );
    if ('refused' in outcome) throw refusalError(outcome, caller);
    return viewFor(caller, outcome.alert);
  }

  /**
   * Adds what is told late: send first, locate after. Read as leniently as a press.
   * @throws AppError UNAUTHENTICATED, FORBIDDEN, ALERT_NOT_FOUND or DATABASE_UNAVAILABLE
   */
  async update(
    id: string,
    caller: Caller,
    body: unknown,
  ): Promise<StepAnswer & { readonly warnings: readonly string[] }> {
    const alert = await this.#require('update', id, caller);
    const proven = isReporterOf(caller, alert);
    const { press, pins, warnings } = readPress(body, this.parts.countryCode);
    const { location, message, contact } = press;
    const command: UpdateCommand = {
      type: 'update',
      alertId: alert.id,
      at: this.parts.clock.now().toISOString(),
      actor: proven ? reporterActor(caller) : answeringActor(caller, alert.organisations),
      facts: {
        ...(location === undefined ? {} : { location, places: this.parts.placing.of(location, personOf(caller)) }),
        ...(message === undefined ? {} : { message }),
        ...(contact === undefined ? {} : { contact }),
      },
      proven,
    };
    const outcome = accepted(await this.parts.log.append(command));
    const pinWarnings = await this.#keepPins({ ...outcome, proven }, pins);
    return { ...viewFor(caller, outcome.alert), warnings: [...warnings, ...pinWarnings] };
  }

  /**
   * Whichever PIN it was, the answer is the one that a real cancellation would get: also that it comes too late, for an
   * alert that is closed to the reporter in another way.
   */
  async #cancelOwn(alert: Alert, caller: Caller, step: Step & { type: 'cancel' }): Promise<StepAnswer> {
    const meaning = await this.parts.pins.check(alert, step.pin);
    const command = commandOf(step, alert.id, reporterActor(caller), this.parts.clock);
    const told = { ...command, byReporter: true, duress: meaning === 'duress' } as LifecycleCommand;
    const outcome = await this.#append(told);
    const after = outcome.alert;
    if (!after) throw new AppError('ALERT_NOT_FOUND');
    const view = reporterView(after);
    if (view.status !== 'cancelled') throw stateErrorUnnamed(view);
    return view;
  }

  async #takeIn(lane: Lane, command: RaiseCommand, pins: SetPins | undefined): Promise<Taken> {
    const { intake, pins: kept } = this.parts;
    let taken: Taken | undefined;
    try {
      taken = await intake.take(command, (alertId) => pins && kept.digestsOf(alertId, pins));
      return taken;
    } finally {
      lane.settle(taken?.outcome);
    }
  }

  async #isLive({ outcome, stored }: Taken): Promise<boolean> {
    return stored === 'redis' || this.parts.publisher.isLive(outcome.entry);
  }

  /** What Redis takes has its PINs with it. */
  async #keepTakenPins({ outcome, stored }: Taken, pins: SetPins | undefined): Promise<string[]> {
    return stored === 'redis' && outcome.proven ? [] : this.#keepPins(outcome, pins);
  }

  #append(command: LifecycleCommand): Promise<Outcome> {
    return this.parts.log.append(command);
  }

  /** The alert, if the caller may do this to it. Who may not is not told which alerts there are. */
  async #require(action: AlertAction, id: string, caller: Caller): Promise<Alert> {
    requireMay(caller, caller.kind !== 'anonymous');
    const found = readId(id, 'ALERT_NOT_FOUND');
    const waiting = this.parts.provisional.get(found);
    const alert = waiting ?? (await this.parts.reader.byId(found));
    if (!alert && caller.kind === 'operator') throw new AppError('ALERT_NOT_FOUND');
    requireMay(caller, alert !== undefined && mayAnswer(caller, action, alert));
    if (waiting) throw provisionalError();
    return alert!;
  }

  async #keepPins({ alert, proven, outcome }: Accepted, pins: SetPins | undefined): Promise<string[]> {
    // A retry says again what was kept; a warning that tells whether it is the same would be a way to guess PINs.
    if (!pins) return [];
    if (!proven) return ['cancelPin: ignored, only the reporter sets it'];
    const kept = await within(PINS_MS, this.parts.pins.keep(alert, pins)).catch(() => 'failed');
    if (kept === 'failed') return ['cancelPin: could not be stored; send it again'];
    return kept === 'taken' && outcome !== 'replayed' ? ['cancelPin: ignored, a PIN is set already'] : [];
  }

  #answer({ outcome, stored }: Taken, press: Press, live: boolean, warnings: readonly string[]): RaiseAnswer {
    const { alert, proven } = outcome;
    const { acknowledgedAt: _acknowledgedAt, coming: _coming, onScene: _onScene, ...view } = reporterView(alert);
    const promised = stored === 'redis';
    const scope = proven ? 'reporter' : 'press';
    return {
      ...view,
      ...(promised ? { seq: 0, provisional: true as const, durability: 'append-only-file' as const } : {}),
      // Who merely knows the phone number hears back what they said, and nothing of what the reporter told.
      ...(proven ? {} : whatWasSaid(press)),
      stored,
      realtime: live ? 'live' : 'delayed',
      receiptToken: this.parts.receipts.issue({ alertId: alert.id, scope, ...(promised ? { promised } : {}) }),
      warnings,
    };
  }
}

function whatWasSaid({ kind, location, message }: Press): Pick<RaiseAnswer, 'kind' | 'location' | 'message'> {
  return { kind: kind ?? 'panic', location: location ?? null, message: message ?? null };
}

function viewFor(caller: Caller, alert: Alert): StepAnswer {
  const sight = sightOf(caller, alert);
  if (sight) return viewOf(alert, sight);
  const { id, reference, status, updatedAt, seq } = alert;
  return { id, reference, status, updatedAt, seq };
}

function refusalError({ refused, alert }: Refusal, caller: Caller): AppError {
  if (!alert || refused !== 'ALERT_STATE') return new AppError(refused);
  return sightOf(caller, alert) === 'full' ? stateError(alert) : stateErrorUnnamed(alert);
}

function accepted(outcome: Outcome): Accepted {
  if ('refused' in outcome) throw new AppError(outcome.refused);
  return outcome;
}
