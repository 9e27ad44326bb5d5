import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import { connect, type AddressInfo, type Socket as TcpSocket } from 'node:net';
import { Logger } from '@nestjs/common';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { engineOf } from './engine.js';
import { frameOf, FrameWriter, PreFramed } from './pre-framed.js';
import type { RealtimeServer, RealtimeSocket } from './socket-events.js';

const UPGRADE = [
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
  'Host: localhost',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n');
/** Socket.IO's `40` as a masked frame, with a mask of zeros. */
const CONNECT = Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]);
const LAST = 'the last of a test';

const ofLength = (bytes: number) => ({ seq: 1, text: 'x'.repeat(bytes) }) as never;
const MESSAGES: Record<string, never> = {
  'a short one': ofLength(1),
  'one of exactly 125 bytes': ofLength(125 - '42["alert",{"seq":1,"text":""}]'.length),
  'one of 126 bytes': ofLength(126 - '42["alert",{"seq":1,"text":""}]'.length),
  'one of 65 535 bytes': ofLength(65_535 - '42["alert",{"seq":1,"text":""}]'.length),
  'one of 65 536 bytes': ofLength(65_536 - '42["alert",{"seq":1,"text":""}]'.length),
  'one of 300 000 bytes': ofLength(300_000),
  unicode: { seq: 2, text: 'Hilfe 🚨 é 中文 \u2028 \ud800 "\\' } as never,
  'dates and gaps': { at: new Date(0), missing: undefined, none: null, list: [undefined, 1.5] } as never,
};

let http: HttpServer;
let server: RealtimeServer;
let writer: FrameWriter;
const opened: TcpSocket[] = [];

beforeEach(async () => {
  http = createServer();
  server = new Server(http, { perMessageDeflate: false, pingInterval: 60_000 });
  writer = new FrameWriter();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(async () => {
  jest.restoreAllMocks();
  for (const tcp of opened.splice(0)) tcp.destroy();
  await server.close();
});

const port = () => (http.address() as AddressInfo).port;

/** A connection that notes every byte. */
async function connectRaw(): Promise<{ tcp: TcpSocket; socket: RealtimeSocket; untilLast: () => Promise<Buffer> }> {
  const accepted = new Promise<RealtimeSocket>((resolve) => server.once('connection', resolve));
  const tcp = connect(port(), '127.0.0.1');
  opened.push(tcp);
  let bytes = Buffer.alloc(0);
  tcp.on('data', (chunk) => (bytes = Buffer.concat([bytes, chunk])));
  tcp.write(UPGRADE);
  while (!bytes.includes('0{"sid"')) await once(tcp, 'data');
  tcp.write(CONNECT);
  const socket = await accepted;
  const untilLast = async () => {
    while (!bytes.includes(LAST)) await once(tcp, 'data');
    return bytes.subarray(bytes.indexOf('"}', bytes.indexOf('40{"sid"')) + 2);
  };
  return { tcp, socket, untilLast };
}

type Heard = [string, { text: string }];
const isPing = (text: string) => text === '2';
function textsOf(bytes: Buffer): string[] {
  return new PreFramed(bytes).frames.map((frame) => {
    const header = frame[1]! < 126 ? 2 : frame[1] === 126 ? 4 : 10;
    return frame.toString('utf8', header);
  });
}

/** Whether the writes of this path reach the TCP socket without Engine.IO's knowing. */
function countPackets(socket: RealtimeSocket): () => number {
  let created = 0;
  socket.conn.on('packetCreate', () => (created += 1));
  return () => created;
}

describe('a pre-framed event', () => {
  it.each(Object.entries(MESSAGES))('is byte for byte what Socket.IO sends: %s', async (_, message) => {
    const [stock, own] = [await connectRaw(), await connectRaw()];
    stock.socket.emit('alert', message);
    stock.socket.emit('alert', { text: LAST } as never);
    expect(writer.write(own.socket, PreFramed.of('alert', [message]))).toBeDefined();
    writer.write(own.socket, PreFramed.of('alert', [{ text: LAST } as never]));
    const [sent, expected] = [await own.untilLast(), await stock.untilLast()];
    const withoutPings = (bytes: Buffer) =>
      Buffer.concat(new PreFramed(bytes).frames.filter((frame) => frame[2] !== 0x32 || frame[1] !== 1));
    expect(withoutPings(sent).equals(withoutPings(expected))).toBe(true);
  });

  it('goes past the queues of Engine.IO, and says that it has left', async () => {
    const { socket } = await connectRaw();
    const packets = countPackets(socket);
    expect(writer.write(socket, PreFramed.of('presence', [{ responders: 1, reporters: 2, nodes: 3, areas: {} }]))).toBe(
      true,
    );
    expect(packets()).toBe(0);
  });

  it('keeps its place among all else that is sent, whichever way each goes', async () => {
    const { socket, untilLast } = await connectRaw();
    const expected: string[] = [];
    const direct = (text: string) => {
      writer.write(socket, PreFramed.of('alert', [{ text } as never, { text: `${text}+` } as never]));
      expected.push(text, `${text}+`);
    };
    const stock = (text: string) => {
      socket.emit('alert', { text } as never);
      expected.push(text);
    };
    const ping = () => (socket.conn as unknown as { sendPacket(type: 'ping'): void }).sendPacket('ping');
    const large = 'x'.repeat(150_000);
    for (let round = 0; round < 60; round += 1) {
      if (round % 4 === 0) ping();
      direct(`a${round}`);
      stock(`b${round}`);
      direct(`c${round}`);
      if (round % 7 === 0) direct(`d${round}${large}`);
      if (round % 5 === 0) stock(`e${round}${large}`);
      stock(`f${round}`);
      if (round % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    direct(LAST);
    const texts = textsOf(await untilLast());
    expect(texts.filter(isPing)).toHaveLength(15);
    const heard = texts.filter((text) => !isPing(text)).map((text) => (JSON.parse(text.slice(2)) as Heard)[1].text);
    expect(heard).toEqual(expected.slice(0, heard.length));
    expect(heard).toContain(LAST);
  });

  it('waits in Engine.IO behind what a client does not read', async () => {
    const { tcp, socket } = await connectRaw();
    tcp.pause();
    const packets = countPackets(socket);
    const events = PreFramed.of('alert', [ofLength(60_000)]);
    for (let count = 0; count < 20_000 && packets() === 0; count += 1) writer.write(socket, events);
    expect(packets()).toBe(1);
    expect(writer.write(socket, events)).toBe(false);
    const waiting = engineOf(socket).transport.socket!.bufferedAmount;
    expect(waiting).toBeGreaterThan(64 * 1024);
    expect(waiting).toBeLessThan(64 * 1024 + 3 * events.bytes.length);
  });

  it('reaches a polling client by the path of Socket.IO, one packet each', async () => {
    const accepted = new Promise<RealtimeSocket>((resolve) => server.once('connection', resolve));
    const client = io(`http://127.0.0.1:${port()}`, { transports: ['polling'], forceNew: true });
    const heard: unknown[] = [];
    client.on('alert', (message) => heard.push(message));
    const both = [MESSAGES.unicode, MESSAGES['a short one']] as never[];
    writer.write(await accepted, PreFramed.of('alert', both));
    while (heard.length < 2) await new Promise((resolve) => client.once('alert', resolve));
    expect(heard).toEqual(JSON.parse(JSON.stringify(both)));
    client.close();
  });

  it('is not written to a connection that closes', async () => {
    const { socket } = await connectRaw();
    socket.conn.close();
    const tcp = engineOf(socket).transport.socket!._socket!;
    const write = jest.spyOn(tcp, 'write');
    expect(writer.write(socket, PreFramed.of('alert', [ofLength(1)]))).toBe(false);
    expect(write).not.toHaveBeenCalled();
  });
});

describe('the installed Engine.IO and ws', () => {
  /** Every private field that the direct path reads: its name and its holder. */
  const FIELDS: [string, (socket: RealtimeSocket) => object][] = [
    ['writeBuffer', ({ conn }) => conn],
    ['perMessageDeflate', ({ conn }) => conn.transport],
    ['_bufferedBytes', (socket) => engineOf(socket).transport.socket!._sender!],
    ['_sender', (socket) => engineOf(socket).transport.socket!],
    ['_socket', (socket) => engineOf(socket).transport.socket!],
  ];

  it.each(FIELDS)('have the field %s', async (name, holderOf) => {
    const { socket } = await connectRaw();
    expect((holderOf(socket) as Record<string, unknown>)[name]).toBeDefined();
  });

  // Without the others Socket.IO itself could not send.
  const OURS_ALONE = FIELDS.filter(([name]) => name !== 'writeBuffer' && name !== '_sender');

  it.each(OURS_ALONE)('without %s lead to the path of Socket.IO, and to one warning', async (name, holderOf) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const { socket, untilLast } = await connectRaw();
    const packets = countPackets(socket);
    const holder = holderOf(socket) as Record<string, unknown>;
    const value = holder[name];
    holder[name] = undefined;
    writer.write(socket, PreFramed.of('alert', [ofLength(1)]));
    writer.write(socket, PreFramed.of('alert', [{ text: LAST } as never]));
    // To close the connection it is needed after all.
    holder[name] = value;
    expect(packets()).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(textsOf(await untilLast()).filter((text) => !isPing(text))).toHaveLength(2);
  });

  it('take no pre-framed event past a compressed one', async () => {
    await server.close();
    http = createServer();
    server = new Server(http, { perMessageDeflate: true });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { socket } = await connectRaw();
    const packets = countPackets(socket);
    writer.write(socket, new PreFramed(frameOf('alert', ofLength(1))));
    expect(packets()).toBe(1);
  });
});
