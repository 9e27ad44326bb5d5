import {
  isOpen,
  isSameActor,
  TRAIL_LENGTH,
  type Acknowledgement,
  type Alert,
  type AlertEvent,
  type AlertLocation,
  type Contact,
  type EventDetails,
  type Places,
  type Progress,
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
        escalations: verified && !alert.verified ? [] : told.escalations,
        repeatCount: alert.repeatCount + 1,
        pressedAt: event.at,
      };
    }
    case 'alert.updated': {
      const told = tell(next, event.details);
      return event.details.proven ? seenByReporter(told) : told;
    }
    case 'alert.acknowledged': {
      const acknowledgement = { by: event.actor, at: event.at, ...event.details };
      return { ...next, status: 'acknowledged', acknowledgements: [...alert.acknowledgements, acknowledgement] };
    }
    case 'alert.responded':
      return responded(next, { by: event.actor, at: event.at, ...event.details });
    case 'alert.escalated':
      return escalated(next, event.at, event.details);
    case 'alert.reopened':
      return begunAnew(next);
    case 'alert.duress':
      return underDuress(next, alert);
    case 'alert.resolved':
      return { ...next, status: 'resolved', closing: { by: event.actor, at: event.at, ...event.details } };
    case 'alert.cancelled':
      return { ...next, status: 'cancelled', closing: { by: event.actor, at: event.at, ...event.details } };
  }
}

function escalated(alert: Alert, at: string, details: EventDetails['alert.escalated']): Alert {
  const { organisationId, level, reason, userIds, places } = details;
  const others = alert.escalations.filter((each) => each.organisationId !== organisationId);
  const exhausted = reason === 'exhausted' ? { exhausted: true as const } : {};
  return {
    ...alert,
    ...places,
    escalations: [...others, { organisationId, level, at, told: userIds.length, ...exhausted }],
  };
}

/** Whoever comes has taken notice; whoever stands down leaves it to others, who may not have. */
function responded(alert: Alert, response: Response): Alert {
  const { by, at, status } = response;
  const answered = { ...alert, responses: withResponse(alert.responses, response) };
  if (status === 'stood_down') return answered;
  const isNoted = alert.acknowledgements.some((each) => isSameActor(each.by, by));
  const noted: Acknowledgement[] = isNoted ? [] : [{ by, at }];
  return { ...answered, status: 'acknowledged', acknowledgements: [...alert.acknowledgements, ...noted] };
}

/** Responses in the order of the first step of each; the latest step of each counts. */
function withResponse(responses: readonly Response[], response: Response): readonly Response[] {
  const isTheirs = ({ by }: Response) => isSameActor(by, response.by);
  if (!responses.some(isTheirs)) return [...responses, response];
  return responses.map((each) => (isTheirs(each) ? response : each));
}

/** Who came before has gone home: somebody has to take notice anew. */
function begunAnew(alert: Alert): Alert {
  return { ...alert, status: 'open', acknowledgements: [], responses: [], escalations: [], closing: null };
}

/**
 * The alert becomes as urgent as can be, and goes on, also when it was closed. The reporter sees what a cancellation
 * would have made of it: nothing, where it was closed to them already.
 */
function underDuress(next: Alert, before: Alert): Alert {
  const { updatedAt, seq } = next;
  const shown = progressOf(before);
  const seen: Progress = isOpen(shown) ? { ...shown, status: 'cancelled', updatedAt, seq } : shown;
  return {
    ...(isOpen(before) ? next : begunAnew(next)),
    escalations: [],
    severity: 'critical',
    duress: { at: updatedAt, seen },
  };
}

/** What reporters themselves tell they see, also after a cancellation under duress, as after a real one. */
function seenByReporter(alert: Alert): Alert {
  const { duress, updatedAt, seq } = alert;
  return duress ? { ...alert, duress: { ...duress, seen: { ...duress.seen, updatedAt, seq } } } : alert;
}

/** How far the alert has come, to its reporter. */
export function progressOf(alert: Alert): Progress {
  const { duress, status, severity, updatedAt, seq, responses } = alert;
  if (duress) return duress.seen;
  const count = (wanted: Response['status']) => responses.filter((each) => each.status === wanted).length;
  const acknowledgedAt = alert.acknowledgements[0]?.at ?? null;
  return { status, severity, acknowledgedAt, coming: count('en_route'), onScene: count('on_scene'), updatedAt, seq };
}

function raised(id: string, at: string, seq: number, press: EventDetails['alert.raised']): Alert {
  const location = press.location ?? null;
  const message = press.message ?? null;
  return {
    id,
    reference: press.reference ?? referenceOf(seq),
    status: 'open',
    severity: press.severity ?? 'high',
    kind: press.kind ?? 'panic',
    location,
    trail: [],
    message,
    contact: press.contact ?? null,
    test: press.test,
    ...(press.drill ? { drill: true } : {}),
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
    escalations: [],
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
    ...(places
      ? { escalations: alert.escalations.filter(({ organisationId }) => belongs(organisationId, places)) }
      : {}),
    message: addMessage(alert.message, message),
    contact: contact ? addContact(alert.contact, contact, proven) : alert.contact,
    own,
  };
}

/** Where an alert does not belong any more, nothing of its escalation is left; should it return, it starts anew. */
function belongs(organisationId: string | null, { organisations }: Places): boolean {
  return organisationId === null ? organisations.length === 0 : organisations.includes(organisationId);
}

function addToTrail(alert: Alert, location: AlertLocation): readonly AlertLocation[] {
  if (alert.location === null || sameLocation(alert.location, location)) return alert.trail;
  return [...alert.trail, alert.location].slice(-TRAIL_LENGTH);
}

function addMessage(before: string | null, message: string | undefined): string | null {
  if (!message || hasMessage(before, message)) return before;
  // A cut through an emoji leaves half of it, which Postgres refuses: the press would be lost with it.
  return (before ? `${before}\n${message}` : message).slice(0, MESSAGE_LIMIT).toWellFormed();
}

/** Whether a message is among those that were added before. */
export function hasMessage(before: string | null, message: string): boolean {
  return `\n${before ?? ''}\n`.includes(`\n${message}\n`);
}

/** Reporters may correct themselves; others only fill in what nobody has said. */
function addContact(before: Contact | null, contact: Contact, proven: boolean): Contact {
  return proven ? { ...before, ...contact } : { ...contact, ...before };
}

/** The same place, whatever the accuracy or time of the reading. */
export function sameLocation(a: AlertLocation, b: AlertLocation): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.lat === b.lat && a.lng === b.lng;
}
