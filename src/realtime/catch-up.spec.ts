import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Server } from 'socket.io';
import { connectBare } from '../../test/support/bare-client.js';
import { eventually } from '../../test/support/eventually.js';
import type { LogEntry } from '../alerts/alert.js';
import { storedAlert } from '../alerts/stored-alert.js';
import type { Caller } from '../auth/caller.js';
import { audienceOf } from './audience.js';
import { CatchUp, type CatchUpParts } from './catch-up.js';
import { unsentOf } from './engine.js';
import { LiveLog } from './live-log.js';
import type { SnapshotMessage } from './socket-events.js';
import { LiveSockets } from './live-sockets.js';
import type { RealtimeServer, RealtimeSocket } from './socket-events.js';

/** Together far more than the kernel takes for a client that does not read. */
const COUNT = 6000;
const TEXT = 'x'.repeat(4000);
/** The alert of a reporter, with more events than one read brings. */
const OWN = 'own';

const log = Array.from({ length: COUNT }, (_, index) => {
  const id = index % 5 === 0 ? OWN : `a${index}`;
  const alert = storedAlert({
    id,
    severity: 'high',
    verified: true,
    seq: index + 1,
    message: TEXT,
    own: {},
    acknowledgements: [],
  } as never);
  return { seq: index + 1, type: 'alert.raised', alertId: id, actor: {}, details: {}, alert } as unknown as LogEntry;
});
let longestRead = 0;
const reader: CatchUpParts['reader'] = {
  after: async (seq, limit) => log.slice(seq, seq + limit),
  range: async () => ({ head: COUNT, floor: 0 }),
  timeline: async (alertId, after, limit) => {
    longestRead = Math.max(longestRead, limit);
    return log.filter((entry) => entry.alertId === alertId && entry.seq > after).slice(0, limit);
  },
  byId: async () => undefined,
  openAlerts: async () => ({ seq: COUNT, alerts: log.map(({ alert }) => alert) }),
};

let http: HttpServer;
let server: RealtimeServer;
let live: LiveLog;
let sockets: LiveSockets;
let accepted: Promise<RealtimeSocket>;

beforeEach(async () => {
  http = createServer();
  server = new Server(http, { perMessageDeflate: false });
  live = new LiveLog({
    log: { onCommit: () => undefined },
    reader,
    stream: { follow: async () => undefined },
    keep: 1000,
  });
  live.start({ onEntries: () => undefined, onRewind: () => undefined });
  sockets = new LiveSockets(() => undefined);
  const catchUp = new CatchUp({ reader, live, sockets });
  accepted = new Promise((resolve) =>
    server.on('connection', (socket) => {
      const { cursor, alertId } = socket.handshake.auth as { cursor?: number; alertId?: string };
      const caller: Caller = alertId ? { kind: 'reporter', alertId, proven: true } : { kind: 'operator' };
      socket.data = { caller, audience: audienceOf(caller), ...(cursor === undefined ? {} : { cursor }) };
      void catchUp.run(socket);
      resolve(socket);
    }),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(async () => {
  await server.close();
  await live.stop();
});

const port = () => (http.address() as AddressInfo).port;

describe('a socket that catches up', () => {
  it('is sent no more than it takes, and goes live when it has everything', async () => {
    const client = await connectBare(port(), { cursor: 0 });
    client.socket.pause();
    const socket = await accepted;
    let before = -1;
    // Until the kernel takes no more: what waits then no longer changes.
    const unsent = await eventually(
      () => {
        const { packets, bytes } = unsentOf(socket);
        const settled = bytes > 0 && bytes === before;
        before = bytes;
        return settled && { packets, bytes };
      },
      { everyMs: 100 },
    );
    expect(unsent.packets).toBeLessThanOrEqual(100);
    expect(unsent.bytes).toBeLessThan(1024 * 1024);
    expect(sockets.count('responder')).toBe(0);
    client.socket.resume();
    await eventually(() => sockets.count('responder') === 1);
    await eventually(() => client.events('alert').length === COUNT);
    expect(client.events<LogEntry>('alert').map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq));
    client.socket.close();
  });

  it('of a reporter gets each event of the own alert once, a page of the log at a time', async () => {
    const client = await connectBare(port(), { cursor: 0, alertId: OWN });
    await eventually(() => sockets.count('reporter') === 1);
    const own = log.filter(({ alertId }) => alertId === OWN).map(({ seq }) => seq);
    await eventually(() => client.events('alert').length >= own.length);
    expect(client.events<LogEntry>('alert').map(({ seq }) => seq)).toEqual(own);
    expect(longestRead).toBe(500);
    client.socket.close();
  });

  it('has taken the whole snapshot, however large, before it goes live', async () => {
    const client = await connectBare(port());
    client.socket.pause();
    const socket = await accepted;
    await eventually(() => unsentOf(socket).bytes > 64 * 1024);
    expect(sockets.count('responder')).toBe(0);
    expect(unsentOf(socket).bytes).toBeLessThan(1024 * 1024);
    client.socket.resume();
    await eventually(() => sockets.count('responder') === 1);
    // What has left this process may still be on its way.
    await eventually(() => (client.events<SnapshotMessage>('snapshot').at(-1)?.seq ?? 0) > 0);
    const parts = client.events<SnapshotMessage>('snapshot');
    expect(parts.flatMap(({ alerts }) => alerts)).toHaveLength(COUNT);
    expect(parts.map(({ part }) => part)).toEqual(parts.map((_, index) => index + 1));
    // Only the whole is something to go on from.
    expect(parts.map(({ seq }) => seq > 0)).toEqual(parts.map((_, index) => index === parts.length - 1));
    client.socket.close();
  });

  it('leaves turns of the event loop to others, however many catch up with it', async () => {
    const tcps: TcpSocket[] = [];
    server.on('connection', ({ conn }) => tcps.push(conn.request.socket));
    const written = () => tcps.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    const clients = await Promise.all(Array.from({ length: 10 }, () => connectBare(port(), { cursor: COUNT - 900 })));
    const perTurn: number[] = [];
    while (sockets.count('responder') < clients.length) {
      const before = written();
      await nextTurn();
      perTurn.push(written() - before);
    }
    expect(written()).toBeGreaterThan(9000 * TEXT.length);
    // What a turn may send, a page more, and what little the handshakes say.
    expect(Math.max(...perTurn)).toBeLessThan(600_000);
    for (const client of clients) client.socket.close();
  });

  it('that leaves meanwhile is forgotten', async () => {
    const client = await connectBare(port(), { cursor: 0 });
    client.socket.pause();
    const socket = await accepted;
    await eventually(() => unsentOf(socket).bytes > 0);
    client.socket.terminate();
    await once(socket, 'disconnect');
    await live.stop();
    expect(sockets.count('responder')).toBe(0);
    expect([...sockets.groups()]).toEqual([]);
  });
});
