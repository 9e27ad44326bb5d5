import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PROJECT_ROOT } from '../scripts/lib/project.mjs';
import { findRedisBinary } from '../scripts/lib/redis-binary.mjs';
import { startRedis } from '../scripts/lib/redis-server.mjs';

/**
 * What `appendfsync always` costs and `everysec` may lose, for ADR 19: `node bench/append-only.mjs [runs]`. Ten writers
 * add presses of 1 KB to a stream, each after the one before was confirmed, or `in the file` as well; then the server is killed, and what it has
 * after a restart is compared with what it had confirmed. `power cut`: what no fdatasync had finished is cut off the
 * file first, the worst that a power cut may leave. On the `slow disk` a fdatasync takes 3 s. Needs gcc.
 */
const RUN_MS = 2500;
const PRESS = 'x'.repeat(1000);
const folder = mkdtempSync(join(tmpdir(), 'naboom-append-only-'));
const shim = join(folder, 'synced-size.so');
const binary = await findRedisBinary({ dataDir: process.env.NABOOM_DATA_DIR ?? join(PROJECT_ROOT, '.naboom') });
let number = 0;

function connect(port) {
  const redis = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => undefined);
  return redis;
}

/** As `src/alerts/pending-stream.ts` does: answered when it is in the file, and not in the memory of Redis alone. */
async function addSurely(redis) {
  const pipeline = redis.pipeline().xadd('emergency:pending', '*', 'press', PRESS).info('persistence');
  const [[, id], [, then]] = await pipeline.exec();
  const { size, buffered } = sizesOf(then);
  for (;;) {
    const now = sizesOf(await redis.info('persistence'));
    if (now.size >= size + buffered || now.size < size) return id;
    await delay(10);
  }
}

function sizesOf(info) {
  const bytes = (name) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
  return { size: bytes('aof_current_size'), buffered: bytes('aof_buffer_length') };
}

/** Adds until the server is gone; gives what was confirmed, and how long each took, ms. */
async function write(port, writers, isSure) {
  const confirmed = [];
  const waits = [];
  const one = async () => {
    const redis = connect(port);
    try {
      for (;;) {
        const began = performance.now();
        const id = isSure ? await addSurely(redis) : await redis.xadd('emergency:pending', '*', 'press', PRESS);
        confirmed.push({ id, at: performance.now() });
        waits.push(performance.now() - began);
      }
    } catch {
      redis.disconnect(); // the server is gone
    }
  };
  const done = Promise.all(Array.from({ length: writers }, one));
  return { confirmed, waits, done };
}

async function round(fsync, death, { writers = 10, isSure = false, slow = '' } = {}) {
  const dir = join(folder, String((number += 1)));
  const sizes = join(folder, `${number}.size`);
  Object.assign(process.env, { LD_PRELOAD: shim, SYNCED_SIZE_FILE: sizes }, slow && { SYNC_TAKES_US: slow });
  const options = { dir, binary, extraLines: [`appendfsync ${fsync}`, 'save ""'] };
  const server = await startRedis(options);
  for (const name of ['LD_PRELOAD', 'SYNC_TAKES_US']) delete process.env[name];
  const writing = await write(server.port, writers, isSure);
  await delay(RUN_MS);
  const diedAt = performance.now();
  process.kill(server.pid, 'SIGKILL');
  await writing.done;
  if (death === 'power cut') truncateSync(appendOnlyFile(dir), Number.parseInt(readFileSync(sizes, 'utf8'), 10));
  const again = await startRedis({ ...options, port: server.port });
  const redis = connect(again.port);
  const kept = new Set((await redis.xrange('emergency:pending', '-', '+')).map(([id]) => id));
  redis.disconnect();
  await again.stop();
  const lost = writing.confirmed.filter(({ id }) => !kept.has(id));
  const window = lost.length > 0 ? Math.round(diedAt - lost[0].at) : 0;
  const waits = writing.waits.toSorted((a, b) => a - b);
  const part = (share) => waits[Math.floor(waits.length * share)]?.toFixed(2);
  const figures = { confirmed: writing.confirmed.length, lost: lost.length, 'window ms': window };
  const how = `${isSure ? 'in the file' : 'confirmed'}${slow ? ', slow disk' : ''}`;
  return { fsync, how, writers, death, ...figures, 'p50 ms': part(0.5), 'p99 ms': part(0.99) };
}

function appendOnlyFile(dir) {
  const files = join(dir, 'appendonlydir');
  return join(
    files,
    readdirSync(files).find((name) => name.endsWith('.incr.aof')),
  );
}

const rows = [];
try {
  const runs = Number(process.argv[2] ?? 3);
  execFileSync('gcc', ['-shared', '-fPIC', '-o', shim, join(import.meta.dirname, 'append-only/synced-size.c'), '-ldl']);
  for (const fsync of ['everysec', 'always']) {
    for (const isSure of [false, true]) rows.push(await round(fsync, 'kill -9', { writers: 1, isSure }));
    for (let run = 0; run < runs; run += 1) {
      for (const isSure of [false, true]) {
        rows.push(await round(fsync, 'kill -9', { isSure }), await round(fsync, 'power cut', { isSure }));
      }
    }
  }
  for (const isSure of [false, true]) rows.push(await round('everysec', 'kill -9', { isSure, slow: '3000000' }));
} finally {
  console.table(rows);
  rmSync(folder, { recursive: true, force: true });
}
