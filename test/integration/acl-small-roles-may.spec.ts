import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';
import { USER_GRANTS } from '../../src/redis/acl/grants.js';
import { channels, keys } from '../../src/redis/redis.keys.js';
import { REDIS_ROLES, type RedisRoleName } from '../../src/redis/redis.roles.js';
import type { RoleRedis } from '../../src/redis/role-redis.js';
import { type AclServer, startAclServer } from '../support/acl-server.js';
import { eventually } from '../support/eventually.js';

let server: AclServer;
beforeAll(async () => {
  server = await startAclServer();
});
beforeEach(() => server.forget());
afterAll(() => server.stop());

/** Nothing was refused, and nothing that the policy grants stayed unused. */
async function expectExactlyNeeded(role: RedisRoleName): Promise<void> {
  expect(await server.denials()).toEqual([]);
  const called = await server.calledCommands();
  const granted = USER_GRANTS[REDIS_ROLES[role].user]?.commands.flatMap(({ rules }) => rules) ?? [];
  expect(granted.filter((rule) => !called.has(rule.startsWith('select|') ? 'select' : rule))).toEqual([]);
}

async function lookAround(connection: RoleRedis, role: RedisRoleName): Promise<void> {
  expect(await connection.ping()).toBe('PONG');
  expect(await connection.client('INFO')).toContain(` user=${REDIS_ROLES[role].user} `);
  expect(await connection.client('INFO')).toContain(` db=${REDIS_ROLES[role].db} `);
}

it('lets monitoring_user read the figures of the server, and needs all it has for that', async () => {
  const monitoring = await server.open('monitoring');
  await lookAround(monitoring, 'monitoring');
  expect(await monitoring.dbsize()).toBe(0);
  expect(await monitoring.info('errorstats')).toContain('# Errorstats');
  await expectExactlyNeeded('monitoring');
});

it('lets realtime_user keep bounded streams and its cache, and needs all it has for that', async () => {
  const [realtime, reader] = [await server.open('realtime'), await server.open('realtime')];
  await lookAround(realtime, 'realtime');
  const stream = keys.alertStream('high');
  const waiting = reader.xread('COUNT', 10, 'BLOCK', 2000, 'STREAMS', stream, '0-0');
  const id = await realtime.xadd(stream, 'MAXLEN', '~', 10_000, '*', 'seq', '1');
  expect(await waiting).toEqual([[stream, [[id, ['seq', '1']]]]]);
  expect(await realtime.xrange(stream, '-', '+')).toHaveLength(1);
  expect(await realtime.xrevrange(stream, '+', '-', 'COUNT', 1)).toEqual([[id, ['seq', '1']]]);
  expect(await realtime.xlen(stream)).toBe(1);
  const pressId = await realtime.xadd(keys.pending(), '*', 'press', '{}');
  expect(await realtime.xdel(keys.pending(), pressId!)).toBe(1);
  for (const key of [keys.promise('key:1'), keys.realtimeHealth('1')]) {
    await realtime.set(key, 'x', 'EX', 60);
    expect(await realtime.get(key)).toBe('x');
  }
  await expectExactlyNeeded('realtime');
});

it('lets websocket_user carry Socket.IO between two servers and the broadcast, and needs all it has for that', async () => {
  const [one, two] = [await startServer(), await startServer()];
  await lookAround(one.publisher, 'websocket');
  await askEachOther(one.io, two.io);
  await reachARoomElsewhere(one.io, two);
  await broadcast();
  expect(await one.publisher.call('PUBSUB', 'SHARDNUMSUB', 'naboom:ws#{ws}#/#')).toEqual(['naboom:ws#{ws}#/#', 2]);
  for (const { io } of [one, two]) await io.close();
  await expectExactlyNeeded('websocket');
});

interface Node {
  readonly io: Server;
  readonly publisher: RoleRedis;
  readonly url: string;
}

async function startServer(): Promise<Node> {
  const [publisher, subscriber] = [await server.open('websocket'), await server.open('websocket')];
  const http = createServer();
  const adapter = createShardedAdapter(publisher, subscriber, { channelPrefix: channels.adapterPrefix() });
  const io = new Server(http, { adapter });
  io.on('connection', (socket) => void socket.join('severity:high'));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // Answered in order: the adapter's subscriptions stand now.
  await subscriber.ping();
  return { io, publisher, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` };
}

async function askEachOther(one: Server, two: Server): Promise<void> {
  two.on('question', (answer: (text: string) => void) => answer('heard'));
  expect(await one.serverSideEmitWithAck('question')).toEqual(['heard']);
  const heard = new Promise((resolve) => two.on('binary', resolve));
  one.serverSideEmit('binary', Buffer.from([1, 2, 3]));
  expect(await heard).toEqual(Buffer.from([1, 2, 3]));
}

async function reachARoomElsewhere(from: Server, other: Node): Promise<void> {
  const client = connect(other.url, { transports: ['websocket'] });
  try {
    await new Promise<void>((resolve) => client.on('connect', () => resolve()));
    expect(await from.fetchSockets()).toHaveLength(1);
    const alert = new Promise((resolve) => client.on('alert', resolve));
    from.to('severity:high').emit('alert', { seq: 1 });
    expect(await alert).toEqual({ seq: 1 });
    from.in('severity:high').socketsJoin('alert:1');
    await eventually(() => other.io.of('/').adapter.rooms.has('alert:1'));
    from.in('alert:1').disconnectSockets(true);
    await new Promise((resolve) => client.on('disconnect', resolve));
  } finally {
    client.close();
  }
}

async function broadcast(): Promise<void> {
  const [outside, publisher] = [await server.open('websocket'), await server.open('websocket')];
  await outside.subscribe(channels.broadcast());
  const message = new Promise((resolve) => outside.once('message', (_channel, text) => resolve(text)));
  expect(await publisher.publish(channels.broadcast(), '{"seq":1}')).toBe(1);
  expect(await message).toBe('{"seq":1}');
  await outside.unsubscribe(channels.broadcast());
}
