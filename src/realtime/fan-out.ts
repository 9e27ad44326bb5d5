import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogEntry } from '../alerts/alert.js';
import type { Audience } from './audience.js';
import { EntryFrames } from './entry-frames.js';
import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import type { RealtimeSocket } from './socket-events.js';

/** Sockets written to in the first turn of the event loop, about 3 ms: after it the panic itself is answered. */
export const FIRST_SOCKETS = 256;
/** Sockets of each further turn. In turns of 256 the last of 10 000 waits a seventh longer: pings and jobs come between. */
const SOCKETS_PER_TURN = 10_000;

interface Events {
  readonly events: PreFramed;
  /** The alerts among them that whoever gets it may answer. */
  readonly alertIds: readonly string[];
}

interface Delivery extends Events {
  readonly sockets: readonly RealtimeSocket[];
}

/** Hears of alerts that go to sockets of people who may answer them; it must not throw, and should return at once. */
export type OnPushed = (alertIds: readonly string[], sockets: readonly RealtimeSocket[]) => void;

/**
 * Sends entries to the live sockets of this node, responders first: each entry is encoded once for all who are told it
 * in the same way, and a socket gets all that is for it in one write. The first sockets get it within this call, the
 * others in the turns that follow; the next entries must wait until it resolves. Who joins meanwhile has the entries
 * from its catch-up.
 * Local by intent: every node tails the log itself, so nothing here waits for Redis.
 */
export async function fanOut(
  live: LiveSockets,
  entries: readonly LogEntry[],
  onPushed: OnPushed = () => undefined,
): Promise<void> {
  let left = FIRST_SOCKETS;
  for (const { sockets, events, alertIds } of deliveriesOf(live, entries)) {
    for (const socket of sockets) {
      if (left === 0) {
        await answersWritten();
        left = SOCKETS_PER_TURN;
      }
      left -= 1;
      live.sendTo(socket, events);
    }
    if (alertIds.length > 0) onPushed(alertIds, sockets);
  }
  live.checkSoon();
}

/** An immediate that is set while sockets are read runs before they are read again; the second one after that. */
async function answersWritten(): Promise<void> {
  await nextTurn();
  await nextTurn();
}

function deliveriesOf(live: LiveSockets, entries: readonly LogEntry[]): Delivery[] {
  const frames = new EntryFrames();
  const eventsFor = (audience: Audience): Events | undefined => {
    const alertIds = new Set<string>();
    const found = entries.flatMap((entry) => {
      const frame = frames.for(audience, entry);
      if (frame?.telling === 'full' || frame?.telling === 'coarse') alertIds.add(entry.alertId);
      return frame?.bytes ?? [];
    });
    return found.length > 0 ? { events: PreFramed.join(found), alertIds: [...alertIds] } : undefined;
  };
  // Who reported one of the alerts gets what is theirs alone among the rest, in order: not with their group.
  const concerned = live.concernedBy(entries);
  const toGroups = live.groupsFor(entries).flatMap(({ audience, sockets, people }) => {
    const found = eventsFor(audience);
    if (!found) return [];
    const others = concerned.size === 0 ? [...sockets] : [...sockets].filter((each) => !concerned.has(each));
    return { ...found, sockets: others, ...(people > 0 ? {} : { alertIds: [] }) };
  });
  const toReporters = [...concerned].flatMap((socket) => {
    const found = eventsFor(socket.data.audience);
    return found ? { ...found, sockets: [socket] } : [];
  });
  return [...toGroups, ...toReporters];
}
