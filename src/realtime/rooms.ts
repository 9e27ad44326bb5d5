import type { Alert, LogEntry } from '../alerts/alert.js';
import {
  reporterMessage,
  reporterView,
  responderMessage,
  type AlertMessage,
  type ReporterView,
  type ResponderView,
} from '../alerts/alert-views.js';
import { SEVERITIES, type Severity } from '../alerts/severity.js';
import type { Audience } from './socket-events.js';

/** Room of the responders of everything. */
export const ALL_ROOM = 'all';
/** Room of the responders of one severity. */
export const severityRoom = (severity: Severity): string => `severity:${severity}`;
/** Room of the reporter of one alert. */
export const alertRoom = (alertId: string): string => `alert:${alertId}`;

/** Names an audience: those with the same name get the same events. */
export function groupOf(audience: Audience): string {
  if (audience.kind === 'reporter') return audience.alertId;
  return audience.rooms.length === 1 ? audience.rooms[0]! : audience.rooms.toSorted().join(' ');
}

/**
 * The responders' rooms that an entry belongs to. A repeat may have raised the severity, so it goes to the less
 * urgent rooms as well: whoever watches those learns that the alert has left them.
 */
export function responderRoomsOf({ type, alert }: LogEntry): string[] {
  const severities =
    type === 'alert.repeated' ? SEVERITIES.slice(0, SEVERITIES.indexOf(alert.severity) + 1) : [alert.severity];
  return [ALL_ROOM, ...severities.map(severityRoom)];
}

/** What an audience gets of an entry; undefined when the entry is not for its rooms. */
export function messageFor(
  audience: Audience,
  entry: LogEntry,
): AlertMessage<ResponderView | ReporterView> | undefined {
  if (audience.kind === 'reporter') return entry.alertId === audience.alertId ? reporterMessage(entry) : undefined;
  return responderRoomsOf(entry).some((room) => audience.rooms.includes(room)) ? responderMessage(entry) : undefined;
}

/** What an audience sees of an alert; undefined when the alert is not of its rooms. */
export function viewFor(audience: Audience, alert: Alert): ResponderView | ReporterView | undefined {
  if (audience.kind === 'reporter') return alert.id === audience.alertId ? reporterView(alert) : undefined;
  const rooms = [ALL_ROOM, severityRoom(alert.severity)];
  return rooms.some((room) => audience.rooms.includes(room)) ? alert : undefined;
}
