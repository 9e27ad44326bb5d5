import {
  isOpen,
  type Actor,
  type Alert,
  type AlertEvent,
  type AlertOutcome,
  type LateFacts,
  type Places,
  type Press,
  type ResponseStatus,
} from './alert.js';
import { sameLocation } from './apply.js';
import { moreUrgent, raiseSeverity } from './severity.js';

/** Presses of one reporter within this many milliseconds of the last one fold. */
export const FOLD_WINDOW_MS = 5 * 60_000;

/** Someone presses panic. `newId` names the alert if the press opens one. */
export interface RaiseCommand {
  readonly type: 'raise';
  readonly newId: string;
  readonly at: string;
  readonly actor: Actor;
  readonly press: Press;
  /** Later presses of the same reporter match by it. */
  readonly reporter?: string;
  /** Whether `reporter` is proven, by a session; a phone number alone is weak: others may know it. */
  readonly reporterProven?: boolean;
  /** The alert whose receipt the presser holds: proof of being its reporter. */
  readonly receiptOf?: string;
  /** Set when the receipt came from folding by phone: it lets presses fold, but proves nothing. */
  readonly weakReceiptOf?: string;
  readonly key?: IdempotencyKey;
}

/** Both are sha256 digests in hex. */
export interface IdempotencyKey {
  readonly digest: string;
  readonly fingerprint: string;
}

interface StepCommand<T extends string> {
  readonly type: T;
  readonly alertId: string;
  readonly at: string;
  readonly actor: Actor;
  /** Why, or what is being done about it. */
  readonly note?: string;
}

/** A responder's step in the life of an alert, or the reporter's word that it is over. */
export type LifecycleCommand =
  | StepCommand<'acknowledge'>
  | (StepCommand<'respond'> & { readonly status: ResponseStatus; readonly etaAt?: string })
  | (StepCommand<'resolve'> & { readonly outcome?: AlertOutcome; readonly duplicateOf?: string })
  | StepCommand<'reopen'>
  /** `duress`: the reporter gave the PIN that says so. `byReporter`: they see of it what reporters see. */
  | (StepCommand<'cancel'> & { readonly byReporter?: boolean; readonly duress?: boolean });

/** Late facts of the reporter: send first, locate after. */
export interface UpdateCommand extends StepCommand<'update'> {
  readonly facts: Pick<Press, 'location' | 'message' | 'contact' | 'places'>;
  /** Told by the reporter, and not by somebody who answers the alert. */
  readonly proven: boolean;
}

export type AlertCommand = RaiseCommand | LifecycleCommand | UpdateCommand;

/** What is known of an alert before a raise is decided, by each way of finding one. */
export interface RaiseFacts {
  /** The alert of the same idempotency key, and what was asked then. */
  readonly keyed?: { readonly alert: Alert; readonly fingerprint: string; readonly proven: boolean };
  readonly receipted?: Alert;
  /** The newest alert of the same weak reporter. */
  readonly reported?: Alert;
}

/** `proven`: by the reporter, who may read all they told. `promoted`: an unverified alert became verified. */
export interface Decision {
  readonly outcome: 'raised' | 'folded' | 'replayed' | 'changed' | 'unchanged';
  readonly alertId: string;
  readonly proven: boolean;
  readonly promoted?: boolean;
  readonly event?: AlertEvent;
}
export interface Refusal {
  readonly refused: 'ALERT_NOT_FOUND' | 'ALERT_STATE';
  /** The alert as it is, where there is one. */
  readonly alert?: Alert;
}

/** What a press means: a new alert, one more press on an open one, or a retry of what is known. Never a refusal. */
export function decideRaise(facts: RaiseFacts, command: RaiseCommand): Decision {
  const { keyed, receipted, reported } = facts;
  if (keyed) {
    const retry = decideRetry(keyed, command);
    if (retry) return retry;
  }
  if (receipted && mayFold(receipted, command)) return fold(receipted, command, command.receiptOf !== undefined);
  if (reported && mayFold(reported, command)) return fold(reported, command, command.reporterProven === true);
  const { newId: alertId, at, actor, press } = command;
  return {
    outcome: 'raised',
    alertId,
    proven: true,
    event: { type: 'alert.raised', alertId, at, actor, details: press },
  };
}

function decideRetry(keyed: NonNullable<RaiseFacts['keyed']>, command: RaiseCommand): Decision | undefined {
  const { alert, fingerprint, proven } = keyed;
  const replayed: Decision = { outcome: 'replayed', alertId: alert.id, proven };
  if (command.key?.fingerprint === fingerprint) return replayed;
  // The key comes back with other words: late facts for an open alert; for a closed one somebody needs help again.
  if (!isOpenToReporter(alert) || alert.test !== command.press.test) return undefined;
  const details = newFacts(alert, command.press);
  if (!details) return replayed;
  const { at, actor } = command;
  return {
    ...replayed,
    event: { type: 'alert.updated', alertId: alert.id, at, actor, details: { ...details, proven } },
  };
}

type Told = Pick<Press, 'location' | 'message' | 'contact' | 'places'>;

/** Of what was told, that which the alert does not have yet. */
function newFacts(alert: Alert, { location, message, contact, places }: Told): LateFacts | undefined {
  const known = alert.location === null ? alert.trail : [...alert.trail, alert.location];
  const isNewPlace = location !== undefined && !known.some((place) => sameLocation(place, location));
  const facts = {
    ...(isNewPlace ? { location, ...moveTo(alert, places) } : {}),
    ...(message !== undefined && !alert.message?.split('\n').includes(message) ? { message } : {}),
    ...(contact !== undefined && !alert.contact ? { contact } : {}),
  };
  return Object.keys(facts).length > 0 ? facts : undefined;
}

/** What a location says of where the alert belongs; nothing where it stays. */
function moveTo(alert: Alert, places: Places | undefined): Pick<LateFacts, 'places' | 'left'> {
  if (!places || (isSame(alert.areas, places.areas) && isSame(alert.organisations, places.organisations))) return {};
  const left = {
    areas: alert.areas.filter((id) => !places.areas.includes(id)),
    organisations: alert.organisations.filter((id) => !places.organisations.includes(id)),
  };
  return { places, left };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

/** To a reporter who had to cancel under duress, the alert is over: nothing may tell that it goes on. */
function isOpenToReporter(alert: Alert): boolean {
  return isOpen(alert) && alert.duress === null;
}

function mayFold(alert: Alert, command: RaiseCommand): boolean {
  if (!isOpenToReporter(alert) || alert.test !== command.press.test) return false;
  return Date.parse(command.at) - Date.parse(alert.pressedAt) <= FOLD_WINDOW_MS;
}

function fold(alert: Alert, command: RaiseCommand, proven: boolean): Decision {
  const { at, actor, press } = command;
  const { location, message, contact, verified, places } = press;
  const severity = moreUrgent(raiseSeverity(alert.severity), press.severity ?? 'low');
  const details = {
    severity,
    verified,
    proven,
    ...(location === undefined ? {} : { location, ...moveTo(alert, places) }),
    ...(message === undefined ? {} : { message }),
    ...(contact === undefined ? {} : { contact }),
  };
  const event: AlertEvent = { type: 'alert.repeated', alertId: alert.id, at, actor, details };
  return { outcome: 'folded', alertId: alert.id, proven, promoted: verified && !alert.verified, event };
}

/** Late facts are taken whatever state the alert is in: what a reporter tells is never lost. */
export function decideUpdate(alert: Alert | undefined, command: UpdateCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { alertId, at, actor, facts, proven } = command;
  const details = newFacts(alert, facts);
  if (!details) return { outcome: 'unchanged', alertId, proven };
  const event = { type: 'alert.updated', alertId, at, actor, details: { ...details, proven } } as const;
  return { outcome: 'changed', alertId, proven, event };
}

/** A step: done, already so, or refused because of the state that the alert is in. The order of the log decides. */
export function decideLifecycle(alert: Alert | undefined, command: LifecycleCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { alertId } = command;
  const step = stepOf(alert, command);
  if (step === 'refused') return { refused: 'ALERT_STATE', alert };
  if (step === 'unchanged') return { outcome: 'unchanged', alertId, proven: false };
  const { at, actor } = command;
  return { outcome: 'changed', alertId, proven: false, event: { ...step, alertId, at, actor } as AlertEvent };
}

type Step = 'refused' | 'unchanged' | { readonly [K in keyof Pick<AlertEvent, 'type' | 'details'>]: AlertEvent[K] };

function stepOf(alert: Alert, command: LifecycleCommand): Step {
  const reason = command.note === undefined ? {} : { reason: command.note };
  switch (command.type) {
    case 'acknowledge': {
      if (!isOpen(alert)) return 'refused';
      if (alert.acknowledgements.some(({ by }) => sameActor(by, command.actor))) return 'unchanged';
      return { type: 'alert.acknowledged', details: command.note === undefined ? {} : { note: command.note } };
    }
    case 'respond':
      return isOpen(alert) ? respond(alert, command) : 'refused';
    case 'resolve': {
      if (alert.status === 'resolved') return 'unchanged';
      if (!isOpen(alert)) return 'refused';
      const { outcome, duplicateOf } = command;
      const details = { ...reason, ...(outcome ? { outcome } : {}), ...(duplicateOf ? { duplicateOf } : {}) };
      return { type: 'alert.resolved', details };
    }
    case 'reopen':
      return isOpen(alert) ? 'unchanged' : { type: 'alert.reopened', details: reason };
    case 'cancel':
      return cancel(alert, command, reason);
  }
}

function respond(alert: Alert, { actor, status, etaAt, note }: LifecycleCommand & { type: 'respond' }): Step {
  const before = alert.responses.find(({ by }) => sameActor(by, actor));
  if (before?.status === status && before.etaAt === etaAt && before.note === note) return 'unchanged';
  const details = { status, ...(etaAt ? { etaAt } : {}), ...(note === undefined ? {} : { note }) };
  return { type: 'alert.responded', details };
}

/**
 * The duress PIN is heard in every state, also when the alert was closed before. What follows a cancellation under
 * duress is, to the reporter, what would follow a real one.
 */
function cancel(
  alert: Alert,
  { byReporter = false, duress = false }: LifecycleCommand & { type: 'cancel' },
  details: { readonly reason?: string },
): Step {
  if (duress) return alert.duress ? 'unchanged' : { type: 'alert.duress', details };
  if (byReporter && alert.duress) return 'unchanged';
  if (alert.status === 'cancelled') return 'unchanged';
  return isOpen(alert) ? { type: 'alert.cancelled', details } : 'refused';
}

function sameActor(a: Actor, b: Actor): boolean {
  return a.kind === b.kind && a.id === b.id;
}
