import type { LogEntry } from '../alerts/alert.js';
import { reporterMessage, responderMessage } from '../alerts/alert-views.js';
import { alertRoom, responderRoomsOf } from './rooms.js';
import type { RealtimeServer } from './socket-events.js';

/**
 * Sends an entry to the sockets of this node: one encoded packet for all responders, one for the reporter.
 * Local by intent: every node tails the log itself, so nothing here waits for Redis.
 */
export function fanOut(server: RealtimeServer, entry: LogEntry): void {
  const { rooms } = server.of('/').adapter;
  const responders = responderRoomsOf(entry).filter((room) => rooms.has(room));
  if (responders.length > 0) server.local.to(responders).emit('alert', responderMessage(entry));
  const reporters = alertRoom(entry.alertId);
  if (rooms.has(reporters)) server.local.to(reporters).emit('alert', reporterMessage(entry));
}
