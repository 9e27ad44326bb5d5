import {
  isOpen,
  isSameActor,
  type Actor,
  type Alert,
  type AlertEvent,
  type AlertOutcome,
  type Press,
  type ResponseStatus,
} from './alert.js';
import type { EscalateCommand } from './decide-escalation.js';
import type { Decision, Refusal } from './decision.js';
import { moveTo, newFacts, type Told } from './late-facts.js';
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
  /**
   * Later presses of the same reporter match by it: a phone number, or an account. It proves nothing: others may know
   * the number, and an account may claim it.
   */
  readonly reporter?: string;
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
  readonly facts: Told;
  /** Told by the reporter, and not by somebody who answers the alert. */
  readonly proven: boolean;
}

export type AlertCommand = RaiseCommand | LifecycleCommand | UpdateCommand | EscalateCommand;

/** What is known of an alert before a raise is decided, by each way of finding one. */
export interface RaiseFacts {
  /** The alert of the same idempotency key, and what was asked then. */
  readonly keyed?: { readonly alert: Alert; readonly fingerprint: string; readonly proven: boolean };
  readonly receipted?: Alert;
  /** The newest alert of the same weak reporter. */
  readonly reported?: Alert;
}

/** What a press means: a new alert, one more press on an open one, or a retry of what is known. Never a refusal. */
export function decideRaise(facts: RaiseFacts, command: RaiseCommand): Decision {
  const { keyed, receipted, reported } = facts;
  if (keyed) {
    const retry = decideRetry(keyed, command);
    if (retry) return retry;
  }
  if (receipted && mayFold(receipted, command)) return fold(receipted, command, command.receiptOf !== undefined);
  if (reported && isReporters(reported, command) && mayFold(reported, command)) {
    return fold(reported, command, isOwnAccount(reported, command));
  }
  const { newId: alertId, at, actor, press } = command;
  return {
    outcome: 'raised',
    alertId,
    proven: true,
    event: { type: 'alert.raised', alertId, at, actor, details: press },
  };
}

function isOwnAccount({ reporterId }: Alert, { press }: RaiseCommand): boolean {
  return reporterId !== null && reporterId === press.reporterId;
}

/**
 * Whether an alert that was found by phone number or account takes this press. Who is signed in must not be drawn into
 * an alert that somebody else opened with their number: that one could call it off. A gateway vouches for the number.
 */
function isReporters(alert: Alert, command: RaiseCommand): boolean {
  if (command.press.reporterId === undefined || isOwnAccount(alert, command)) return true;
  return alert.reporterId === null && (alert.source === 'sms' || alert.source === 'ussd');
}

function decideRetry(keyed: NonNullable<RaiseFacts['keyed']>, command: RaiseCommand): Decision | undefined {
  const { alert, fingerprint, proven } = keyed;
  const replayed: Decision = { outcome: 'replayed', alertId: alert.id, proven };
  if (command.key?.fingerprint === fingerprint) return replayed;
  // The key comes back with other words: late facts for an open alert; for a closed one somebody needs help again.
  if (!isOpenToReporter(alert) || alert.test !== command.press.test) return undefined;
  // Retries overtake each other: a place where the alert has been is no news.
  const details = newFacts(alert, command.press, { proven, been: alert.trail, mayLeave: proven });
  if (!details) return replayed;
  const { at, actor } = command;
  return {
    ...replayed,
    event: { type: 'alert.updated', alertId: alert.id, at, actor, details: { ...details, proven } },
  };
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
  const { location, message, contact, verified } = press;
  const severity = moreUrgent(raiseSeverity(alert.severity), press.severity ?? 'low');
  const details = {
    severity,
    verified,
    proven,
    ...(location === undefined ? {} : { location, ...moveTo(alert, press, proven) }),
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
  const details = newFacts(alert, facts, { proven, mayLeave: true });
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
      if (alert.acknowledgements.some(({ by }) => isSameActor(by, command.actor))) return 'unchanged';
      return { type: 'alert.acknowledged', details: command.note === undefined ? {} : { note: command.note } };
    }
    case 'respond':
      return isOpen(alert) ? respond(alert, command) : 'refused';
    case 'resolve': {
      const { outcome, duplicateOf } = command;
      if (!isOpen(alert)) return isSaidAgain(alert, 'resolved', command) ? 'unchanged' : 'refused';
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
  const before = alert.responses.find(({ by }) => isSameActor(by, actor));
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
  command: LifecycleCommand & { type: 'cancel' },
  details: { readonly reason?: string },
): Step {
  const { byReporter = false, duress = false } = command;
  if (duress) return alert.duress && isOpen(alert) ? 'unchanged' : { type: 'alert.duress', details };
  if (byReporter && (alert.duress || alert.status === 'cancelled')) return 'unchanged';
  if (isOpen(alert)) return { type: 'alert.cancelled', details };
  return isSaidAgain(alert, 'cancelled', command) ? 'unchanged' : 'refused';
}

/** One who closes an alert twice in the same way gets the same answer; whoever was slower is told so. */
function isSaidAgain(
  { status, closing }: Alert,
  wanted: Alert['status'],
  command: { readonly actor: Actor; readonly outcome?: AlertOutcome },
): boolean {
  return (
    status === wanted &&
    closing !== null &&
    isSameActor(closing.by, command.actor) &&
    closing.outcome === command.outcome
  );
}
