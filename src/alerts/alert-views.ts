import type { Actor, Alert, AlertEventType, AlertLocation, LogEntry } from './alert.js';

/** Responders see all of an alert: beside what anybody added to it, what its reporter told (`own`). */
export type ResponderView = Alert;

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
}

export function reporterView(alert: Alert): ReporterView {
  const { id, reference, status, severity, kind, test, repeatCount, openedAt, updatedAt, seq, own } = alert;
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
    acknowledgedAt: alert.acknowledgements[0]?.at ?? null,
    openedAt,
    updatedAt,
    seq,
  };
}

export function responderMessage({ seq, type, at, alert, actor }: LogEntry): AlertMessage {
  return { seq, type, at, alert, actor };
}

export function reporterMessage({ seq, type, at, alert, actor }: LogEntry): AlertMessage<ReporterView> {
  return { seq, type, at, alert: reporterView(alert), actor };
}
