import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { connectBare } from '../../test/support/bare-client.js';
import { eventually } from '../../test/support/eventually.js';
import type { PendingPress } from '../alerts/pending-press.js';
import type { ProvisionalListener } from '../alerts/pending-tail.js';
import { ProvisionalAlerts } from '../alerts/provisional-alerts.js';
import { Logger } from '../observability/nest-log.js';
import { audienceOf } from './audience.js';
import { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { ProvisionalNews } from './provisional-news.js';
import type { RealtimeServer } from './socket-events.js';

const idOf = (n: number) => `01a20000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** The n-th press that Redis took; each opens an alert. */
function pressOf(n: number): PendingPress {
  const at = new Date(Date.UTC(2026, 0, 1) + n).toISOString();
  const press = { test: false, verified: true, message: 'x'.repeat(1000) };
  const command = { type: 'raise', newId: idOf(n), at, actor: { kind: 'reporter' }, press } as const;
  return { id: `${n + 1}-0`, command: { ...command, promised: { id: idOf(n), first: true } } };
}

let http: HttpServer;
let server: RealtimeServer;
let sockets: LiveSockets;
let alerts: ProvisionalAlerts;
let news: ProvisionalNews;
let listener: ProvisionalListener;
let asked: string[];
let answer: (id: string) => Promise<undefined>;

beforeAll(() => Logger.overrideLogger(false));
beforeEach(async () => {
  http = createServer();
  server = new Server(http, { perMessageDeflate: false });
  sockets = new LiveSockets(() => undefined);
  alerts = new ProvisionalAlerts();
  asked = [];
  const tail = {
    start: () => undefined,
    stop: async () => undefined,
    listen: (l: ProvisionalListener) => (listener = l),
  };
  const reader = {
    byId: (id: string) => {
      asked.push(id);
      return answer(id);
    },
  };
  news = new ProvisionalNews({ tail, alerts, reader, sockets });
  news.start();
  server.on('connection', (socket) => {
    socket.data = { caller: { kind: 'operator' }, audience: audienceOf({ kind: 'operator' }) };
    news.greet(socket);
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(async () => {
  await news.stop();
  await server.close();
});

const arrive = async () => (await connectBare((http.address() as AddressInfo).port)).heard;
const told = (heard: readonly string[]) => heard.filter((packet) => packet.includes('"provisional"'));

it('tells all that wait to each that arrives, in pages, and encodes each once', async () => {
  const many = 300;
  for (let n = 0; n < many; n += 1) alerts.add(pressOf(n));
  const encoded = jest.spyOn(PreFramed, 'of');
  const heard = await Promise.all([arrive(), arrive(), arrive()]);
  await eventually(() => heard.every((packets) => told(packets).length === many));
  expect(encoded).toHaveBeenCalledTimes(many);
  const late = alerts.add(pressOf(many))!;
  listener.onProvisional([late]);
  await eventually(() => heard.every((packets) => told(packets).length === many + 1));
  expect(encoded).toHaveBeenCalledTimes(many + 1);
  encoded.mockRestore();
});

it('asks what became of one alert after the other, and not of those that the log tells of meanwhile', async () => {
  let reply: () => void = () => undefined;
  answer = () => new Promise((resolve) => (reply = () => resolve(undefined)));
  for (let n = 0; n < 100; n += 1) alerts.add(pressOf(n));
  const settled = alerts.settle(undefined);
  for (const alert of settled) listener.onSettled(alert);
  await eventually(() => asked.length > 0);
  expect(asked).toEqual([idOf(0)]);
  alerts.logged(settled.slice(1, 99).map(({ alert }) => ({ type: 'alert.raised', alert })));
  reply();
  await eventually(() => asked.length > 1);
  expect(asked).toEqual([idOf(0), idOf(99)]);
  reply();
});

it('logs once the ids of those that were answered and that neither Redis nor Postgres has', async () => {
  const error = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
  answer = async () => undefined;
  for (let n = 0; n < 3; n += 1) alerts.add(pressOf(n));
  const settled = alerts.settle(undefined);
  alerts.logged([{ type: 'alert.raised', alert: settled[1]!.alert }]);
  for (const alert of settled) listener.onSettled(alert);
  await eventually(() => error.mock.calls.length > 0);
  await news.stop();
  expect(error.mock.calls.map(([fields]) => fields as unknown)).toEqual([{ count: 2, ids: [idOf(0), idOf(2)] }]);
  error.mockRestore();
});
