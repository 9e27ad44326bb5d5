import { setTimeout as delay } from 'node:timers/promises';
import type WebSocket from 'ws';
import { HeldConnections } from '../support/abuse/held-connections.js';
import { cpuSeconds, residentMb } from '../support/abuse/resident.js';
import { ALERTS_PATH, AlertsClient } from '../support/alerts-client.js';
import { connectBare } from '../support/bare-client.js';
import { eventually } from '../support/eventually.js';
import { Fleet } from '../support/fleet.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';

/** A phone that gave up after 5 s presses again, and is told of the same alert. */
const TAKEN = new Set(['201', '200', 'none']);
/**
 * How long a press may take at p99 on a machine that is the attacker as well: 0.6 s on a quiet one with two cores; without
 * bounds it was half a minute.
 */
const ANSWER_MS = 3000;
/** What a flood may leave behind in the process, MiB. */
const GROWTH_MB = 250;
const FLOOD_MS = 4000;
const IDLE = 10_000;

let fleet: Fleet;
beforeAll(async () => {
  // A proxy says where each press comes from.
  fleet = await Fleet.start({ apis: 1, workers: 0, env: () => ({ NABOOM_TRUSTED_PROXIES: '127.0.0.1' }) });
});
afterAll(() => fleet?.stop());

const port = () => Number(new URL(fleet.urls[0]!).port);
const anyAddress = () => `10.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}.7`;

/**
 * Genuine presses go on during a flood: all of them are taken and reach everybody, and memory is bounded.
 */
async function during(name: string, flood: () => Promise<string>) {
  const { node } = fleet.apis[0]!;
  const memory = residentMb(node.pid);
  const cpu = cpuSeconds(node.pid);
  let sent = '';
  const result = await fleet.drill(name, async () => void (sent = await flood()), { perSecond: 10 });
  const waits = result.presses.accepted
    .map(({ pressedAt, acceptedAt }) => acceptedAt! - pressedAt)
    .sort((a, b) => a - b);
  const p99 = waits[Math.floor(waits.length * 0.99)]!;
  const grownMb = Math.round(residentMb(node.pid) - memory);
  const took = (cpuSeconds(node.pid) - cpu).toFixed(1);
  process.stderr.write(
    `${name}: ${sent}; presses answered in ${p99} ms at p99; ${grownMb} MiB more, ${took} s of processors\n`,
  );
  return {
    lost: result.lost,
    doubled: result.doubled,
    refused: [...result.presses.answers.keys()].filter((answer) => !TAKEN.has(answer)),
    isLate: p99 > ANSWER_MS,
    hasGrown: grownMb > GROWTH_MB,
    hasFailed: /unhandled|uncaught|INTERNAL_ERROR/i.test(node.log()),
  };
}

const WELL = { lost: 0, doubled: 0, refused: [] as string[], isLate: false, hasGrown: false, hasFailed: false };

/** Does something again and again, so many at once, until the time is over; how often. */
async function repeatedly(atOnce: number, act: () => Promise<unknown>): Promise<number> {
  const end = Date.now() + FLOOD_MS;
  let count = 0;
  const one = async () => {
    for (; Date.now() < end; count += 1) await act();
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return count;
}

const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  fetch(fleet.urls[0]! + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-forwarded-for': anyAddress(), ...headers },
  }).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.status;
    },
    // What is far too large is cut while it is sent.
    () => 0,
  );

it('10 000 idle connections, slow requests and handshakes without an end', async () => {
  const held = new HeldConnections(port());
  try {
    const came = await during(`${IDLE} idle connections`, async () => {
      await held.add(IDLE, '');
      await held.add(300, `POST ${ALERTS_PATH} HTTP/1.1\r\nHost: naboom\r\nContent-Length: 60000\r\n\r\n{`, ' ');
      await held.add(300, `GET /health HTTP/1.1\r\nHost: naboom\r\nX-Slow: `, 'a');
      await held.add(300, upgradeRequest('/socket.io/?EIO=4&transport=websocket'));
      const open = held.open;
      // Each is cut after 15 s, and looked for every two.
      await eventually(() => held.open === 0, { withinMs: 60_000, everyMs: 200, what: 'an end of each' });
      return `${open} were open`;
    });
    expect(came).toEqual(WELL);
  } finally {
    held.close();
  }
});

it('floods of socket events', async () => {
  const { body } = await new AlertsClient(fleet.urls[0]!).raise({ message: 'before the flood' });
  const packets = [
    '42["alert:acknowledge",{"id":"x"}]',
    '421["nonsense",{}]',
    '422["alert:raise",{"message":"again"}]',
    `42["position",${JSON.stringify({ lat: 0, lng: 0, x: 'x'.repeat(1000) })}]`,
  ];
  const came = await during('floods of socket events', async () => {
    const clients = await Promise.all(
      packets.flatMap((packet) =>
        Array.from({ length: 3 }, async () => {
          const auth = packet.includes('raise') ? { receiptToken: body.receiptToken } : { token: TEST_OPERATOR_KEY };
          return { packet, socket: (await connectBare(port(), auth)).socket };
        }),
      ),
    );
    const end = Date.now() + FLOOD_MS;
    const sent = await Promise.all(clients.map(({ packet, socket }) => pour(socket, packet, end)));
    for (const { socket } of clients) socket.terminate();
    return `${sent.reduce((sum, each) => sum + each, 0)} events over ${clients.length} sockets`;
  });
  expect(came).toEqual(WELL);
});

it('floods of logins', async () => {
  const came = await during('floods of logins', async () => {
    const login = () =>
      post('/api/v1/auth/login', JSON.stringify({ login: `${Math.random()}@example.org`, password: 'wrong password' }));
    return `${await repeatedly(20, login)} logins`;
  });
  expect(came).toEqual(WELL);
});

it('floods of bodies that are deep, wide or far too large', async () => {
  const deep = '['.repeat(30_000) + ']'.repeat(30_000);
  const wide = `{${Array.from({ length: 7000 }, (_, n) => `"${n}":0`).join()}}`;
  const large = Buffer.alloc(5 * 1024 * 1024, ' ');
  let turn = 0;
  const came = await during('floods of hostile bodies', async () => {
    const bodies = [deep, wide, large];
    return `${await repeatedly(10, () => post('/api/v1/auth/login', bodies[(turn += 1) % bodies.length]!))} bodies`;
  });
  expect(came).toEqual(WELL);
});

it('floods of forged tokens, on requests and on handshakes', async () => {
  const forged = () => `r.${'0'.repeat(32)}.${Math.random().toString(36).slice(2).padEnd(32, 'A')}`;
  const came = await during('floods of forged tokens', async () => {
    const asks = repeatedly(8, () =>
      fetch(`${fleet.urls[0]!}${ALERTS_PATH}?limit=200`, { headers: { authorization: `Bearer ${forged()}` } }).then(
        (answer) => answer.text(),
      ),
    );
    const handshakes = repeatedly(8, async () => {
      const { socket, heard } = await connectBare(port(), { token: forged() });
      await eventually(() => heard.some((text) => text.startsWith('44')), { what: 'a refusal' });
      socket.terminate();
    });
    return `${await asks} requests, ${await handshakes} handshakes`;
  });
  expect(came).toEqual(WELL);
});

/** Sends as fast as the connection takes it. */
async function pour(socket: WebSocket, packet: string, end: number): Promise<number> {
  let sent = 0;
  socket.on('error', () => undefined);
  while (Date.now() < end && socket.readyState === socket.OPEN) {
    for (let n = 0; n < 200; n += 1) socket.send(packet);
    sent += 200;
    // What the kernel does not take waits here.
    if (socket.bufferedAmount > 1024 * 1024) await delay(50);
    else await delay(1);
  }
  return sent;
}

function upgradeRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: naboom\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}
