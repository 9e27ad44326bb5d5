import type { Alert, LogEntry } from '../alerts/alert.js';
import type { Severity } from '../alerts/severity.js';
import { storedAlert } from '../alerts/stored-alert.js';
import type { Role } from '../auth/roles.js';
import { audienceOf, type Audience } from './audience.js';
import { fanOut, FIRST_SOCKETS } from './fan-out.js';
import { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import type { RealtimeSocket } from './socket-events.js';

const ALL = audienceOf({ kind: 'operator' });
const asking = (...severities: Severity[]): Audience => audienceOf({ kind: 'operator' }, severities);
const reporter = (alertId: string): Audience => audienceOf({ kind: 'reporter', alertId, proven: true });
const person = (id: string, role: Role, ...duties: string[]): Audience =>
  audienceOf({
    kind: 'person',
    sessionId: 's',
    person: { id, name: id, memberships: [{ organisationId: 'x', role }], duties, homeAreas: [] },
  });

function entry(seq: number, alertId: string, severity: Severity, seen: Partial<Alert> = {}): LogEntry {
  const alert = storedAlert({
    id: alertId,
    severity,
    seq,
    verified: true,
    location: null,
    own: {},
    acknowledgements: [],
  } as never);
  const details = {};
  return {
    seq,
    type: 'alert.raised',
    alertId,
    alert: { ...alert, ...seen },
    actor: {},
    details,
  } as unknown as LogEntry;
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
    const socket = { name, connected: true, data: { audience, caller: { kind: 'operator' } }, once: () => undefined };
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
      low: asking('low'),
      urgent: asking('high', 'critical'),
      all: ALL,
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
      one: asking('high', 'low'),
      two: asking('low', 'high'),
    });
    expect([...live.groups()].map(({ sockets }) => sockets.size)).toEqual([2]);
  });

  it('lets the panic be answered after the first sockets, and serves exactly those who were live when it began', async () => {
    const names = Array.from({ length: 2 * FIRST_SOCKETS + 1 }, (_, index) => `socket ${index}`);
    const { live, written, leave, join } = liveWith(Object.fromEntries(names.map((name) => [name, ALL])));
    join('reporter', reporter('a'));
    const done = fanOut(live, [entry(1, 'a', 'high')]);
    expect(written).toHaveLength(FIRST_SOCKETS);
    // Its catch-up has brought it the entry.
    join('late', ALL);
    leave[names.at(-1)!]!();
    await done;
    expect(written).toEqual([...names.slice(0, -1), 'reporter'].map((name) => [name, [1]]));
  });

  it('knows nothing of a socket that has left', async () => {
    const { live, written, leave } = liveWith({
      one: ALL,
      two: ALL,
      own: reporter('a'),
    });
    leave.one!();
    leave.own!();
    await fanOut(live, [entry(1, 'a', 'high')]);
    expect(written).toEqual([['two', [1]]]);
    expect([live.count('responder'), live.count('reporter')]).toEqual([1, 0]);
    expect([...live.groups()]).toHaveLength(1);
  });

  it('gives each of an organisation what their role lets them see, and reporters their own among it in order', async () => {
    const { live, written } = liveWith({
      reporter: person('me', 'responder', 'x1'),
      colleague: person('other', 'responder', 'x1'),
      dispatcher: person('chief', 'dispatcher'),
      member: person('neighbour', 'member'),
      stranger: reporter('z'),
    });
    expect([...live.groups()].map(({ sockets }) => sockets.size)).toEqual([2, 1, 1, 1]);
    const here = { areas: ['x1'], organisations: ['x'] };
    await fanOut(live, [
      entry(1, 'a', 'high', here),
      entry(2, 'b', 'high', { reporterId: 'me' }),
      entry(3, 'c', 'high', { ...here, verified: false }),
      entry(4, 'd', 'high', { organisations: ['x'] }),
      entry(5, 'e', 'high', { organisations: ['y'], areas: ['y1'] }),
      entry(6, 'f', 'high', { reporterId: 'neighbour' }),
    ]);
    expect(Object.fromEntries(written)).toEqual({
      colleague: [1, 4],
      dispatcher: [1, 3, 4],
      reporter: [1, 2, 4],
      member: [6],
    });
    expect(written).toHaveLength(4);
  });
});
