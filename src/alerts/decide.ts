import { isOpen, type Actor, type Alert, type AlertEvent, type Press } from './alert.js';
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
  /** Later presses of the same reporter match by it; it is weak: others may know it. */
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

/** A responder's step in the life of an alert. */
export interface LifecycleCommand {
  readonly type: 'acknowledge' | 'resolve' | 'cancel';
  readonly alertId: string;
  readonly at: string;
  readonly actor: Actor;
  /** Why, or what is being done about it. */
  readonly note?: string;
}

export type AlertCommand = RaiseCommand | LifecycleCommand;

/** What is known of an alert before a raise is decided, by each way of finding one. */
export interface RaiseFacts {
  /** The alert of the same idempotency key, and what was asked then. */
  readonly keyed?: { readonly alert: Alert; readonly fingerprint: string; readonly proven: boolean };
  readonly receipted?: Alert;
  /** The newest alert of the same weak reporter. */
  readonly reported?: Alert;
}

/** `proven`: the caller proved to be the reporter and may read all that the reporter told. */
export interface Decision {
  readonly outcome: 'raised' | 'folded' | 'replayed' | 'changed' | 'unchanged';
  readonly alertId: string;
  readonly proven: boolean;
  readonly event?: AlertEvent;
}
export interface Refusal {
  readonly refused: 'ALERT_NOT_FOUND' | 'ALERT_CLOSED';
}

/** What a press means: a new alert, one more press on an open one, or a retry of what is known. Never a refusal. */
export function decideRaise(facts: RaiseFacts, command: RaiseCommand): Decision {
  const { keyed, receipted, reported } = facts;
  if (keyed) {
    const retry = decideRetry(keyed, command);
    if (retry) return retry;
  }
  if (receipted && mayFold(receipted, command)) return fold(receipted, command, command.receiptOf !== undefined);
  if (reported && mayFold(reported, command)) return fold(reported, command, false);
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
  if (!isOpen(alert) || alert.test !== command.press.test) return undefined;
  const details = newFacts(alert, command.press);
  if (!details) return replayed;
  const { at, actor } = command;
  return {
    ...replayed,
    event: { type: 'alert.updated', alertId: alert.id, at, actor, details: { ...details, proven } },
  };
}

function newFacts(alert: Alert, press: Press): Pick<Press, 'location' | 'message' | 'contact'> | undefined {
  const { location, message, contact } = press;
  const known = alert.location === null ? alert.trail : [...alert.trail, alert.location];
  const facts = {
    ...(location !== undefined && !known.some((place) => sameLocation(place, location)) ? { location } : {}),
    ...(message !== undefined && !alert.message?.split('\n').includes(message) ? { message } : {}),
    ...(contact !== undefined && !alert.contact ? { contact } : {}),
  };
  return Object.keys(facts).length > 0 ? facts : undefined;
}

function mayFold(alert: Alert, command: RaiseCommand): boolean {
  if (!isOpen(alert) || alert.test !== command.press.test) return false;
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
    ...(location === undefined ? {} : { location }),
    ...(message === undefined ? {} : { message }),
    ...(contact === undefined ? {} : { contact }),
  };
  const alertId = alert.id;
  return { outcome: 'folded', alertId, proven, event: { type: 'alert.repeated', alertId, at, actor, details } };
}

/** A responder's step: done, already so, or refused because the alert is closed or unknown. */
export function decideLifecycle(alert: Alert | undefined, command: LifecycleCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { type, alertId, at, actor, note } = command;
  const unchanged: Decision = { outcome: 'unchanged', alertId, proven: false };
  const changed = { outcome: 'changed', alertId, proven: false } as const;
  const reason = note === undefined ? {} : { reason: note };
  switch (type) {
    case 'acknowledge': {
      if (!isOpen(alert)) return { refused: 'ALERT_CLOSED' };
      if (alert.acknowledgements.some(({ by }) => sameActor(by, actor))) return unchanged;
      const details = note === undefined ? {} : { note };
      return { ...changed, event: { type: 'alert.acknowledged', alertId, at, actor, details } };
    }
    case 'resolve':
      if (alert.status === 'resolved') return unchanged;
      if (!isOpen(alert)) return { refused: 'ALERT_CLOSED' };
      return { ...changed, event: { type: 'alert.resolved', alertId, at, actor, details: reason } };
    case 'cancel':
      if (alert.status === 'cancelled') return unchanged;
      if (!isOpen(alert)) return { refused: 'ALERT_CLOSED' };
      return { ...changed, event: { type: 'alert.cancelled', alertId, at, actor, details: reason } };
  }
}

function sameActor(a: Actor, b: Actor): boolean {
  return a.kind === b.kind;
}
