import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEntry } from '../alerts/alert.js';
import type { LiveSockets, SocketGroup } from './live-sockets.js';
import { frameOf, PreFramed } from './pre-framed.js';
import { messageFor } from './rooms.js';
import type { RealtimeSocket } from './socket-events.js';

/** Sockets written to in one turn of the event loop, about 3 ms: between two turns panics are taken and answered. */
export const SOCKETS_PER_TURN = 256;

interface Delivery {
  readonly sockets: readonly RealtimeSocket[];
  readonly events: PreFramed;
}

/**
 * Sends entries to the live sockets of this node, responders first: each entry is encoded once for all responders and
 * once for its reporters, and a socket gets all that is for it in one write. The first sockets get it within this
 * call, the others in the turns that follow; the next entries must wait until it resolves. Who joins meanwhile has the
 * entries from its catch-up.
 * Local by intent: every node tails the log itself, so nothing here waits for Redis.
 */
export async function fanOut(live: LiveSockets, entries: readonly LogEntry[]): Promise<void> {
  let left = SOCKETS_PER_TURN;
  for (const { sockets, events } of deliveriesOf(live, entries)) {
    for (const socket of sockets) {
      if (left === 0) {
        await nextTurn();
        left = SOCKETS_PER_TURN;
      }
      left -= 1;
      live.sendTo(socket, events);
    }
  }
  live.checkSoon();
}

function deliveriesOf(live: LiveSockets, entries: readonly LogEntry[]): Delivery[] {
  const encoded = new Map<LogEntry, Buffer>();
  const toResponders = [...live.responders()].flatMap((group) => deliveryOf(group, entries, encoded) ?? []);
  const alerts = new Set(entries.map(({ alertId }) => alertId));
  const toReporters = [...alerts].flatMap((alertId) => {
    const group = live.reporters(alertId);
    return (group && deliveryOf(group, entries)) ?? [];
  });
  return [...toResponders, ...toReporters];
}

/**
 * What goes to those who are in the group now.
 * @param encoded the entries as responders get them, shared between groups
 */
function deliveryOf(
  group: SocketGroup,
  entries: readonly LogEntry[],
  encoded = new Map<LogEntry, Buffer>(),
): Delivery | undefined {
  const frames = entries.flatMap((entry) => {
    const message = messageFor(group.audience, entry);
    if (!message) return [];
    const frame = encoded.get(entry) ?? frameOf('alert', message);
    encoded.set(entry, frame);
    return frame;
  });
  return frames.length > 0 ? { sockets: [...group.sockets], events: PreFramed.join(frames) } : undefined;
}
