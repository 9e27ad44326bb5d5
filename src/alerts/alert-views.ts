import type { Actor, Alert, AlertEventType, AlertLocation, Closing, LogEntry } from './alert.js';
import type { Sight } from '../auth/policy.js';
import { progressOf } from './apply.js';

/**
 * Whoever answers an alert sees all of it: beside what anybody added to it, what its reporter told (`own`). Responders
 * who are not on duty there get the same shape without names, numbers, words and the exact place.
 */
export type ResponderView = Alert;

/** Degrees of a coarse position: 0.01 is about a kilometre. */
const COARSE_DECIMALS = 2;

/** What the reporter sees: what they told themselves, and how it goes. */
export interface ReporterView {
  readonly id: string;
  readonly reference: string;
  readonly status: Alert['status'];
  readonly severity: Alert['severity'];
  readonly kind: Alert['kind'];
  readonly location: AlertLocation | null;
  readonly message: string | null;
  readonly test: boolean;
  readonly repeatCount: number;
  readonly acknowledgedAt: string | null;
  /** How many responders are on their way, and how many are there. */
  readonly coming: number;
  readonly onScene: number;
  readonly openedAt: string;
  readonly updatedAt: string;
  readonly seq: number;
}

/** An entry of the log as clients get it: socket event `alert`, timeline, broadcast channel, webhook. */
export interface AlertMessage<V = ResponderView> {
  readonly seq: number;
  readonly type: AlertEventType;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly alert: V;
  readonly actor: Actor;
  /** Set when the event took the alert out of what the receiver sees: it is to be dropped, as a closed one is. */
  readonly gone?: true;
}

/** What the reporter gets. After a cancellation under duress: the alert as if it had been cancelled. */
export function reporterView(alert: Alert): ReporterView {
  const { id, reference, kind, test, repeatCount, openedAt, own } = alert;
  const { status, severity, acknowledgedAt, coming, onScene, updatedAt, seq } = progressOf(alert);
  return {
    id,
    reference,
    status,
    severity,
    kind,
    location: own.location,
    message: own.message,
    test,
    repeatCount,
    acknowledgedAt,
    coming,
    onScene,
    openedAt,
    updatedAt,
    seq,
  };
}

/** What a responder who is not on duty there gets: that something happens, and about where. */
export function coarseView(alert: Alert): ResponderView {
  const { location, acknowledgements, responses, closing } = alert;
  return {
    ...alert,
    location: coarse(location),
    trail: [],
    message: null,
    contact: null,
    reporterId: null,
    acknowledgements: acknowledgements.map(({ by, at }) => ({ by: unnamed(by), at })),
    responses: responses.map(({ note: _note, ...response }) => ({ ...response, by: unnamed(response.by) })),
    closing: closing && { ...withoutReason(closing), by: unnamed(closing.by) },
    own: { location: null, message: null },
  };
}

function withoutReason({ reason: _reason, ...closing }: Closing): Closing {
  return closing;
}

/** What somebody is, and not who. */
function unnamed({ kind }: Actor): Actor {
  return { kind };
}

function coarse(location: AlertLocation | null): AlertLocation | null {
  // An address in words is exact, and there is no telling which part of it is not.
  if (location === null || typeof location === 'string') return null;
  const round = (degrees: number) => Number(degrees.toFixed(COARSE_DECIMALS));
  return { lat: round(location.lat), lng: round(location.lng) };
}

export function responderMessage({ seq, type, at, alert, actor }: LogEntry): AlertMessage {
  return { seq, type, at, alert, actor };
}

function coarseMessage({ seq, type, at, alert, actor }: LogEntry): AlertMessage {
  return { seq, type, at, alert: coarseView(alert), actor: unnamed(actor) };
}

/** What the reporter gets of an entry; undefined for what must not be seen since a cancellation under duress. */
function reporterMessage({ seq, type, at, alert, actor }: LogEntry): AlertMessage<ReporterView> | undefined {
  if (seq > progressOf(alert).seq) return undefined;
  return {
    seq,
    type: type === 'alert.duress' ? 'alert.cancelled' : type,
    at,
    alert: reporterView(alert),
    // Whoever it is may not want to be known, also who merely knows the reporter's number.
    actor: unnamed(actor),
  };
}

/** An alert as somebody sees it. */
export function viewOf(alert: Alert, sight: Sight): ResponderView | ReporterView {
  switch (sight) {
    case 'full':
      return alert;
    case 'coarse':
      return coarseView(alert);
    case 'own':
      return reporterView(alert);
  }
}

/** An alert that is not in the log yet, as somebody sees it: it has no `seq`, and only presses add to it. */
export type ProvisionalView = (ResponderView | ReporterView) & { readonly provisional: true };

/** A provisional alert as somebody sees it. */
export function provisionalView(alert: Alert, sight: Sight): ProvisionalView {
  return { ...viewOf(alert, sight), seq: 0, provisional: true };
}

/** An entry as somebody sees it; undefined for what is not for them. */
export function messageOf(entry: LogEntry, sight: Sight): AlertMessage<ResponderView | ReporterView> | undefined {
  switch (sight) {
    case 'full':
      return responderMessage(entry);
    case 'coarse':
      return coarseMessage(entry);
    case 'own':
      return reporterMessage(entry);
  }
}
