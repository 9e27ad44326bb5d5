import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEntry } from '../alerts/alert.js';
import type { LiveSockets, SocketGroup } from './live-sockets.js';
import { frameOf, PreFramed } from './pre-framed.js';
import { messageFor } from './rooms.js';
import type { RealtimeSocket } from './socket-events.js';

/** Sockets written to in the first turn of the event loop, about 3 ms: after it the panic itself is answered. */
export const FIRST_SOCKETS = 256;
/** Sockets of each further turn. In turns of 256 the last of 10 000 waits a seventh longer: pings and jobs come between. */
const SOCKETS_PER_TURN = 10_000;

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
  let left = FIRST_SOCKETS;
  for (const { sockets, events } of deliveriesOf(live, entries)) {
    for (const socket of sockets) {
      if (left === 0) {
        await answersWritten();
        left = SOCKETS_PER_TURN;
      }
      left -= 1;
      live.sendTo(socket, events);
    }
  }
  live.checkSoon();
}

/** An immediate that is set while sockets are read runs before they are read again; the second one after that. */
async function answersWritten(): Promise<void> {
  await nextTurn();
  await nextTurn();
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
