import type { LogEntry } from '../alerts/alert.js';
import type { LiveSockets, SocketGroup } from './live-sockets.js';
import { frameOf, PreFramed } from './pre-framed.js';
import { messageFor } from './rooms.js';

/**
 * Sends entries to the live sockets of this node, responders first: each entry is encoded once for all responders and
 * once for its reporters, and a socket gets all that is for it in one write.
 * Local by intent: every node tails the log itself, so nothing here waits for Redis.
 */
export function fanOut(live: LiveSockets, entries: readonly LogEntry[]): void {
  const encoded = new Map<LogEntry, Buffer>();
  for (const group of live.responders()) send(live, group, entries, encoded);
  const alerts = new Set(entries.map(({ alertId }) => alertId));
  for (const alertId of alerts) {
    const group = live.reporters(alertId);
    if (group) send(live, group, entries);
  }
  live.checkSoon();
}

/** @param encoded the entries as responders get them, shared between groups */
function send(
  live: LiveSockets,
  group: SocketGroup,
  entries: readonly LogEntry[],
  encoded = new Map<LogEntry, Buffer>(),
) {
  const frames = entries.flatMap((entry) => {
    const message = messageFor(group.audience, entry);
    if (!message) return [];
    const frame = encoded.get(entry) ?? frameOf('alert', message);
    encoded.set(entry, frame);
    return frame;
  });
  if (frames.length > 0) live.send(group, PreFramed.join(frames));
}
