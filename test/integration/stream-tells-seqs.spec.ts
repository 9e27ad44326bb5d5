import type { Redis } from 'ioredis';
import { AlertStream } from '../../src/alerts/alert-stream.js';
import { SEVERITIES } from '../../src/alerts/severity.js';
import { loadConfig } from '../../src/config/config.js';
import { keys } from '../../src/redis/redis.keys.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { loggedEntry } from '../support/logged-entry.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let redis: TestRedis;
let realtime: RoleConnections;
let stream: AlertStream;
let admin: Redis;
let stop: AbortController;

beforeEach(async () => {
  redis = await startTestRedis();
  const env = {
    ...redis.env,
    DATABASE_URL: 'postgres://localhost/none',
    NABOOM_OPERATOR_KEY: 'operator-key-of-a-stream-test',
  };
  realtime = new RoleConnections('realtime', loadConfig(env).redis.roles.realtime);
  realtime.connect();
  await realtime.ready(5000);
  stream = new AlertStream(realtime);
  admin = redis.admin();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await realtime.close();
  await redis.stop();
});

/** Connections that read the streams. */
async function readers(): Promise<number> {
  const clients = String(await admin.client('LIST'));
  return clients.split('\n').filter((line) => line.includes('name=naboom:realtime:stream')).length;
}

/** Waits until somebody waits for new entries: only those are told. */
async function untilReading(): Promise<void> {
  await eventually(async () => String(await admin.client('LIST')).includes('cmd=xread '), { what: 'the reader' });
}

it('tells the seq of what is added to any of the streams, and of nothing else in them', async () => {
  await stream.add([loggedEntry(1)]);
  const seqs: number[] = [];
  const following = stream.followSeqs(async (added) => void seqs.push(...added), stop.signal);
  await untilReading();
  await stream.add(SEVERITIES.map((severity, index) => loggedEntry(index + 2, severity)));
  const db4 = redis.admin();
  await db4.select(4);
  await db4.xadd(keys.alertStream('high'), '*', 'seq', 'no number', 'entry', '{}');
  await db4.xadd(keys.commits(), '*', 'something', 'else');
  await db4.xadd(keys.commits(), '*', 'node', 'n', 'seqs', '7,x');
  await stream.add([loggedEntry(9)]);
  await eventually(() => seqs.includes(9));
  expect(seqs.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 9]);
  stop.abort();
  await following;
});

it('keeps what comes while it is being heard, and tells it together', async () => {
  const told: (readonly number[])[] = [];
  let goOn: (() => void) | undefined;
  const hear = async (added: readonly number[]) => {
    told.push(added);
    if (told.length === 1) await new Promise<void>((resolve) => (goOn = resolve));
  };
  const following = stream.followSeqs(hear, stop.signal);
  await untilReading();
  await stream.add([loggedEntry(1)]);
  await eventually(() => goOn !== undefined);
  await stream.add([loggedEntry(2)]);
  await stream.add([loggedEntry(3)]);
  goOn!();
  await eventually(() => told.length === 2);
  expect(told).toEqual([[1], [2, 3]]);
  stop.abort();
  await following;
});

it('brings what another node adds, in order and once, and reads nothing for what this one adds', async () => {
  const other = new AlertStream(realtime);
  const brought: number[] = [];
  const asked: number[] = [];
  const isKnown = (seq: number) => {
    asked.push(seq);
    return seq % 2 === 1;
  };
  const following = stream.follow((added) => void brought.push(...added.map(({ seq }) => seq)), stop.signal, isKnown);
  await untilReading();
  await stream.add([loggedEntry(1)]);
  await stream.add([loggedEntry(3, 'low')]);
  expect(asked).toEqual([]);
  await other.add([loggedEntry(2, 'critical'), loggedEntry(4, 'low'), loggedEntry(6)]);
  await eventually(() => brought.length === 3);
  expect(brought).toEqual([2, 4, 6]);
  await other.add([loggedEntry(8)]);
  await eventually(() => brought.includes(8));
  expect(asked.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 6, 8]);
  stop.abort();
  await following;
});

it('goes on after a FLUSHALL and after a restart of Redis', async () => {
  const seqs: number[] = [];
  const following = stream.followSeqs(async (added) => void seqs.push(...added), stop.signal);
  await untilReading();
  await stream.add([loggedEntry(1)]);
  await eventually(() => seqs.length === 1);
  await admin.flushall();
  await stream.add([loggedEntry(2)]);
  await eventually(() => seqs.length === 2);
  await redis.restart();
  await eventually(() => stream.isUp);
  await untilReading();
  await stream.add([loggedEntry(3)]);
  await eventually(() => seqs.length === 3);
  expect(seqs).toEqual([1, 2, 3]);
  stop.abort();
  await following;
});

it('ends at once when it is told to, and opens nothing when it was told before', async () => {
  const following = stream.followSeqs(async () => undefined, stop.signal);
  await untilReading();
  expect(await readers()).toBe(1);
  stop.abort();
  await following;
  await eventually(async () => (await readers()) === 0, { what: 'the end of the connection' });
  const open = jest.spyOn(realtime, 'open');
  await stream.followSeqs(async () => undefined, stop.signal);
  expect(open).not.toHaveBeenCalled();
});
