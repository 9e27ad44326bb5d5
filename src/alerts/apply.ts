import { TRAIL_LENGTH, type Alert, type AlertEvent, type AlertLocation, type EventDetails } from './alert.js';
import { referenceOf } from './reference.js';

/** Characters kept of all messages together; each event keeps its own in full. */
const MESSAGE_LIMIT = 4000;

/**
 * The alert after an event. Pure: the same events give the same alert, whenever and wherever they are applied.
 * @throws Error when an event other than `alert.raised` comes without an alert
 */
export function apply(alert: Alert | undefined, event: AlertEvent, seq: number): Alert {
  if (event.type === 'alert.raised') return raised(event.alertId, event.at, seq, event.details);
  if (!alert) throw new Error(`${event.type} before alert.raised`);
  const next: Alert = { ...alert, updatedAt: event.at, seq };
  switch (event.type) {
    case 'alert.repeated': {
      const { severity, verified } = event.details;
      const told = tell(next, event.details);
      return {
        ...told,
        severity,
        verified: alert.verified || verified,
        repeatCount: alert.repeatCount + 1,
        pressedAt: event.at,
      };
    }
    case 'alert.updated':
      return tell(next, event.details);
    case 'alert.acknowledged': {
      const acknowledgement = { by: event.actor, at: event.at, ...event.details };
      return { ...next, status: 'acknowledged', acknowledgements: [...alert.acknowledgements, acknowledgement] };
    }
    case 'alert.resolved':
      return { ...next, status: 'resolved', closing: { by: event.actor, at: event.at, ...event.details } };
    case 'alert.cancelled':
      return { ...next, status: 'cancelled', closing: { by: event.actor, at: event.at, ...event.details } };
  }
}

function raised(id: string, at: string, seq: number, press: EventDetails['alert.raised']): Alert {
  const location = press.location ?? null;
  const message = press.message ?? null;
  return {
    id,
    reference: referenceOf(seq),
    status: 'open',
    severity: press.severity ?? 'high',
    kind: press.kind ?? 'panic',
    location,
    trail: [],
    message,
    contact: press.contact ?? null,
    test: press.test,
    verified: press.verified,
    repeatCount: 0,
    openedAt: at,
    pressedAt: at,
    updatedAt: at,
    seq,
    acknowledgements: [],
    closing: null,
    own: { location, message },
  };
}

/** Adds what a later press says; nothing that a person wrote is ever overwritten. */
function tell(alert: Alert, told: EventDetails['alert.updated']): Alert {
  const { location, message, contact, proven } = told;
  const own = proven
    ? { location: location ?? alert.own.location, message: addMessage(alert.own.message, message) }
    : alert.own;
  return {
    ...alert,
    ...(location === undefined ? {} : { location, trail: addToTrail(alert, location) }),
    message: addMessage(alert.message, message),
    contact: contact ? { ...contact, ...alert.contact } : alert.contact,
    own,
  };
}

function addToTrail(alert: Alert, location: AlertLocation): readonly AlertLocation[] {
  if (alert.location === null || sameLocation(alert.location, location)) return alert.trail;
  return [...alert.trail, alert.location].slice(-TRAIL_LENGTH);
}

function addMessage(before: string | null, message: string | undefined): string | null {
  if (!message || before?.split('\n').includes(message)) return before;
  // A cut through an emoji leaves half of it, which Postgres refuses: the press would be lost with it.
  return (before ? `${before}\n${message}` : message).slice(0, MESSAGE_LIMIT).toWellFormed();
}

/** The same place, whatever the accuracy or time of the reading. */
export function sameLocation(a: AlertLocation, b: AlertLocation): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.lat === b.lat && a.lng === b.lng;
}
