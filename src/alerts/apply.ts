import {
  isOpen,
  TRAIL_LENGTH,
  type Alert,
  type AlertEvent,
  type AlertLocation,
  type EventDetails,
  type Response,
} from './alert.js';
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
    case 'alert.updated': {
      const { duress } = alert;
      const told = tell(next, event.details);
      // What reporters themselves tell they see, as they would after a real cancellation.
      return duress && event.details.proven ? { ...told, duress: { ...duress, at: event.at, seq } } : told;
    }
    case 'alert.acknowledged': {
      const acknowledgement = { by: event.actor, at: event.at, ...event.details };
      return { ...next, status: 'acknowledged', acknowledgements: [...alert.acknowledgements, acknowledgement] };
    }
    case 'alert.responded': {
      const response = { by: event.actor, at: event.at, ...event.details };
      return { ...next, status: 'acknowledged', responses: answered(alert.responses, response) };
    }
    case 'alert.reopened':
      return { ...next, status: alert.acknowledgements.length > 0 ? 'acknowledged' : 'open', closing: null };
    case 'alert.duress':
      return { ...underDuress(next, alert), status: isOpen(alert) ? alert.status : 'open', closing: null };
    case 'alert.resolved':
      return { ...next, status: 'resolved', closing: { by: event.actor, at: event.at, ...event.details } };
    case 'alert.cancelled':
      return { ...next, status: 'cancelled', closing: { by: event.actor, at: event.at, ...event.details } };
  }
}

/** Responses in the order of the first step of each; the latest step of each counts. */
function answered(responses: readonly Response[], response: Response): readonly Response[] {
  const isTheirs = ({ by }: Response) => by.kind === response.by.kind && by.id === response.by.id;
  if (!responses.some(isTheirs)) return [...responses, response];
  return responses.map((each) => (isTheirs(each) ? response : each));
}

/** The alert becomes as urgent as can be; what the reporter goes on seeing is how it was. */
function underDuress(next: Alert, before: Alert): Alert {
  const duress = {
    at: next.updatedAt,
    seq: next.seq,
    severity: before.severity,
    acknowledgedAt: before.acknowledgements[0]?.at ?? null,
    ...progressOf(before),
  };
  return { ...next, severity: 'critical', duress };
}

/** How many are on their way, and there. */
export function progressOf({ responses }: Pick<Alert, 'responses'>): { coming: number; onScene: number } {
  const count = (status: Response['status']) => responses.filter((each) => each.status === status).length;
  return { coming: count('en_route'), onScene: count('on_scene') };
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
    source: press.source ?? 'web',
    verified: press.verified,
    areas: press.places?.areas ?? [],
    organisations: press.places?.organisations ?? [],
    reporterId: press.reporterId ?? null,
    repeatCount: 0,
    openedAt: at,
    pressedAt: at,
    updatedAt: at,
    seq,
    acknowledgements: [],
    responses: [],
    closing: null,
    duress: null,
    own: { location, message },
  };
}

/** Adds what a later press says; nothing that a person wrote is ever overwritten. */
function tell(alert: Alert, told: EventDetails['alert.updated']): Alert {
  const { location, message, contact, places, proven } = told;
  const own = proven
    ? { location: location ?? alert.own.location, message: addMessage(alert.own.message, message) }
    : alert.own;
  return {
    ...alert,
    ...(location === undefined ? {} : { location, trail: addToTrail(alert, location) }),
    ...places,
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
