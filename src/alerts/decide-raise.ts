import { isOpen, type Alert, type AlertEvent } from './alert.js';
import type { PromisedAlert, RaiseCommand } from './decide.js';
import type { Decision } from './decision.js';
import { moveTo, newFacts } from './late-facts.js';
import { promisedReference } from './reference.js';
import { moreUrgent, raiseSeverity } from './severity.js';

/** Presses of one reporter within this many milliseconds of the last one fold. */
export const FOLD_WINDOW_MS = 5 * 60_000;

/** What is known of an alert before a raise is decided, by each way of finding one. */
export interface RaiseFacts {
  /** The alert of the same idempotency key, and what was asked then. */
  readonly keyed?: { readonly alert: Alert; readonly fingerprint: string; readonly proven: boolean };
  readonly receipted?: Alert;
  /** The newest alert of the same weak reporter. */
  readonly reported?: Alert;
  /** The alert that was promised to the press, and whether whoever has the promise is its reporter. */
  readonly promised?: { readonly alert: Alert; readonly proven: boolean };
  /** The alert that this very press has raised already, by the other way: the log had it and Redis as well. */
  readonly raised?: Alert;
}

/** What a press means: a new alert, one more press on an open one, or a retry of what is known. Never a refusal. */
export function decideRaise(facts: RaiseFacts, command: RaiseCommand): Decision {
  const { keyed, receipted, reported } = facts;
  if (keyed) {
    const retry = decideRetry(keyed, command);
    if (retry) return retry;
  }
  if (facts.raised) return { outcome: 'replayed', alertId: facts.raised.id, proven: true };
  if (command.promised !== undefined) return decidePromised(facts.promised, command, command.promised);
  if (receipted && mayFold(receipted, command)) return fold(receipted, command, command.receiptOf !== undefined);
  if (reported && isReporters(reported, command) && mayFold(reported, command)) {
    return fold(reported, command, isOwnAccount(reported, command));
  }
  return raise(command, command.newId);
}

/**
 * A press that Redis took. Somebody has been told the id of its alert: that one it raises, or it is one more press there.
 */
function decidePromised(
  promised: RaiseFacts['promised'],
  command: RaiseCommand,
  { id, first }: PromisedAlert,
): Decision {
  // Whoever knows a number was promised the same: nothing but the first press or its receipt shows whose alert it is.
  const isReporter = first || command.receiptOf === id;
  if (!promised) return { ...raise(command, id), proven: isReporter };
  const { alert } = promised;
  // Postgres had taken the press itself, and its answer was lost.
  if (first && alert.openedAt === command.at) return { outcome: 'replayed', alertId: alert.id, proven: true };
  if (mayFold(alert, command)) {
    return fold(alert, command, (promised.proven && isReporter) || isOwnAccount(alert, command));
  }
  return raise(command, command.newId); // that one is over, and somebody needs help again
}

function raise(command: RaiseCommand, alertId: string) {
  const { at, actor, press, promised } = command;
  const named = alertId === promised?.id ? { ...press, reference: promisedReference(alertId) } : press;
  const details = { ...named, ...lateness(command) };
  const event: AlertEvent = { type: 'alert.raised', alertId, at, actor, details };
  return { outcome: 'raised', alertId, proven: true, event } satisfies Decision;
}

function lateness({ promised }: RaiseCommand): { readonly loggedAt?: string } {
  return promised?.loggedAt === undefined ? {} : { loggedAt: promised.loggedAt };
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
export function isOpenToReporter(alert: Alert): boolean {
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
    ...lateness(command),
    ...(location === undefined ? {} : { location, ...moveTo(alert, press, proven) }),
    ...(message === undefined ? {} : { message }),
    ...(contact === undefined ? {} : { contact }),
  };
  const event: AlertEvent = { type: 'alert.repeated', alertId: alert.id, at, actor, details };
  return { outcome: 'folded', alertId: alert.id, proven, promoted: verified && !alert.verified, event };
}
