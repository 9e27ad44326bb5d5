import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { PlainError } from '../../scripts/lib/plain-error.mjs';

const ABSENCE_MS = { least: 500, most: 15_000 };

/**
 * What may happen, by name. Each breaks something for a random time, mends what does not mend itself, and resolves when
 * that is done.
 */
const FAULTS = {
  'kill -9 of an API process': ({ system, away, one }) => absent([one(system.apis)], away),
  'restart of an API process': ({ system, one }) => restart(one(system.apis)),
  'SIGSTOP of an API process': ({ system, away, one }) => hang(one(system.apis), away),
  'kill -9 of the worker': ({ system, away }) => absent([system.worker], away),
  'kill -9 of Redis': ({ system, away }) => absent([system.redis], away),
  'SIGSTOP of Redis': ({ system, away }) => hang(system.redis, away),
  'Redis comes back empty': ({ system, away }) => comeBackEmpty(system.redis, away),
  FLUSHALL: ({ system }) => withAdmin(system, (admin) => admin.flushall()),
  'CLIENT KILL of all': ({ system }) => withAdmin(system, (admin) => admin.call('CLIENT', 'KILL', 'SKIPME', 'yes')),
  'maxmemory reached': ({ system, away }) => full(system, away),
  'kill -9 of Postgres': ({ system, away }) => absent([system.postgres], away),
  'SIGSTOP of Postgres': ({ system, away }) => hang(system.postgres, away),
  'connections of Postgres end': ({ system }) => system.sql(TERMINATE),
  'kill -9 of everything': ({ system, away }) => absent(system.parts(), away),
};
const TERMINATE = `select pg_terminate_backend(pid) from pg_stat_activity
  where pid <> pg_backend_pid() and datname = current_database()`;

/** @returns the names of what may happen; all unless some are asked for */
export function faultNames(only) {
  const unknown = only.find((name) => !(name in FAULTS));
  if (unknown !== undefined) throw new PlainError(`No fault ${unknown}: there are ${Object.keys(FAULTS).join(', ')}`);
  return only.length > 0 ? only : Object.keys(FAULTS);
}

/** Lets one of them happen; gives its name and how long it took, s. `say` is told before it does. */
export async function breakSomething({ system, random, names, say }) {
  const name = names[Math.floor(random() * names.length)];
  const away = Math.round(ABSENCE_MS.least + random() ** 2 * (ABSENCE_MS.most - ABSENCE_MS.least));
  const choice = random();
  say(`  ${name} (${(away / 1000).toFixed(1)} s)`);
  const one = (list) => list[Math.floor(choice * list.length)];
  await FAULTS[name]({ system, away, one });
}

async function absent(parts, away) {
  await Promise.all(parts.map((part) => part.kill9()));
  await delay(away);
  // What the others need first.
  const [processes, servers] = [parts.filter(({ url }) => url?.startsWith('http')), []];
  for (const part of parts) if (!processes.includes(part)) servers.push(part);
  await Promise.all(servers.map((part) => part.start()));
  await Promise.all(processes.map((part) => part.start()));
}

async function restart(part) {
  await part.stop();
  await part.start();
}

async function hang(part, away) {
  part.pause();
  await delay(away);
  part.resume();
}

async function comeBackEmpty(redis, away) {
  await redis.kill9();
  redis.forget();
  await delay(away);
  await redis.start();
}

async function full(system, away) {
  await withAdmin(system, (admin) => admin.config('SET', 'maxmemory', '1mb'));
  await delay(away);
  await withAdmin(system, (admin) => admin.config('SET', 'maxmemory', '0'));
}

async function withAdmin({ redis, env }, work) {
  const admin = new Redis({
    host: '127.0.0.1',
    port: redis.port,
    username: env.REDIS_MASTER_USER,
    password: env.REDIS_MASTER_PASSWORD,
    disableClientInfo: true,
  });
  admin.on('error', () => undefined); // the command under way fails as well, and says so
  try {
    await work(admin);
  } finally {
    admin.disconnect();
  }
}
