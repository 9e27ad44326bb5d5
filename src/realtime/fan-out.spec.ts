import type { LogEntry } from '../alerts/alert.js';
import type { Severity } from '../alerts/severity.js';
import { fanOut, FIRST_SOCKETS } from './fan-out.js';
import { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { ALL_ROOM, alertRoom, severityRoom } from './rooms.js';
import type { Audience, RealtimeSocket } from './socket-events.js';

const responder = (...rooms: string[]): Audience => ({ kind: 'responder', rooms });
const reporter = (alertId: string): Audience => ({ kind: 'reporter', rooms: [alertRoom(alertId)], alertId });

function entry(seq: number, alertId: string, severity: Severity): LogEntry {
  const alert = { id: alertId, severity, seq, own: {}, acknowledgements: [] };
  return { seq, type: 'alert.raised', alertId, alert } as unknown as LogEntry;
}

/** Live sockets that note what is written to them: who, and the numbers of the events. */
function liveWith(audiences: Record<string, Audience>) {
  const live = new LiveSockets(() => undefined);
  const written: [string, number[]][] = [];
  jest.spyOn(live.writer, 'write').mockImplementation((socket, events: PreFramed) => {
    const seqs = events.frames.map((frame) => Number(/"seq":(\d+)/.exec(frame.toString())![1]));
    written.push([(socket as unknown as { name: string }).name, seqs]);
    return true;
  });
  const leave: Record<string, () => void> = {};
  const join = (name: string, audience: Audience) => {
    const socket = { name, connected: true, data: { audience }, once: () => undefined };
    const once = (_: 'disconnect', left: () => void) => (leave[name] = () => ((socket.connected = false), left()));
    live.add(Object.assign(socket, { once }) as unknown as RealtimeSocket);
  };
  for (const [name, audience] of Object.entries(audiences)) join(name, audience);
  return { live, written, leave, join };
}

describe('the fan-out', () => {
  it('serves responders before reporters, each with one write of all that is for it', async () => {
    const { live, written } = liveWith({
      reporter: reporter('a'),
      another: reporter('z'),
      low: responder(severityRoom('low')),
      urgent: responder(severityRoom('high'), severityRoom('critical')),
      all: responder(ALL_ROOM),
    });
    await fanOut(live, [entry(1, 'a', 'high'), entry(2, 'b', 'critical'), entry(3, 'a', 'medium')]);
    expect(written).toEqual([
      ['urgent', [1, 2]],
      ['all', [1, 2, 3]],
      ['reporter', [1, 3]],
    ]);
  });

  it('groups by what is asked for, in whatever order it is asked', () => {
    const { live } = liveWith({
      one: responder(severityRoom('high'), severityRoom('low')),
      two: responder(severityRoom('low'), severityRoom('high')),
    });
    expect([...live.responders()].map(({ sockets }) => sockets.size)).toEqual([2]);
  });

  it('lets the panic be answered after the first sockets, and serves exactly those who were live when it began', async () => {
    const names = Array.from({ length: 2 * FIRST_SOCKETS + 1 }, (_, index) => `socket ${index}`);
    const { live, written, leave, join } = liveWith(
      Object.fromEntries(names.map((name) => [name, responder(ALL_ROOM)])),
    );
    join('reporter', reporter('a'));
    const done = fanOut(live, [entry(1, 'a', 'high')]);
    expect(written).toHaveLength(FIRST_SOCKETS);
    // Its catch-up has brought it the entry.
    join('late', responder(ALL_ROOM));
    leave[names.at(-1)!]!();
    await done;
    expect(written).toEqual([...names.slice(0, -1), 'reporter'].map((name) => [name, [1]]));
  });

  it('knows nothing of a socket that has left', async () => {
    const { live, written, leave } = liveWith({
      one: responder(ALL_ROOM),
      two: responder(ALL_ROOM),
      own: reporter('a'),
    });
    leave.one!();
    leave.own!();
    await fanOut(live, [entry(1, 'a', 'high')]);
    expect(written).toEqual([['two', [1]]]);
    expect([live.count('responder'), live.count('reporter')]).toEqual([1, 0]);
    expect(live.reporters('a')).toBeUndefined();
  });
});
