import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answersReady } from '../../scripts/lib/app-process.mjs';
import { prepareStores, readConfig, writeAclFile } from '../../scripts/lib/compiled.mjs';
import { newSecret } from '../../scripts/lib/env-file.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { REDIS_USERS } from '../../scripts/lib/generated-values.mjs';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { startPostgres } from '../../scripts/lib/postgres-server.mjs';
import { childrenOf, identify, isRunning, sendSignal, stopProcess } from '../../scripts/lib/process-identity.mjs';
import { PROJECT_ROOT } from '../../scripts/lib/project.mjs';
import { findRedisBinary } from '../../scripts/lib/redis-binary.mjs';
import { startRedis } from '../../scripts/lib/redis-server.mjs';
import { withClient } from '../lib/stack.mjs';

const READY_WITHIN_MS = 60_000;
/** All presses come from one address, and everybody shall be told of each. */
const NO_FLOOD = { NABOOM_FLOOD_PER_ADDRESS: '1000000000', NABOOM_FLOOD_TOTAL: '1000000000' };

/**
 * Postgres, Redis, two API processes and a worker, each a part that can be killed, paused and started at its place.
 * @param {{ folder: string, log: (line: string) => void, opened: object[], apis?: number }} options `opened` gets the
 *   system before anything of it runs: whoever stops meanwhile closes what there is by then
 */
export async function openSystem({ folder, log, opened, apis = 2 }) {
  const system = { apis: [] };
  const opening = launches();
  const launch = (work) => opening.launch(work);
  system.parts = () => [...system.apis, system.worker, system.redis, system.postgres].filter(Boolean);
  system.close = async () => {
    await opening.end();
    for (const part of system.parts()) await part.kill9();
  };
  opened.push(system);
  await launch(async () => (system.postgres = await postgresPart(folder, launch)));
  const { url } = system.postgres;
  system.sql = (text, values) => withClient(url, async (client) => (await client.query(text, values)).rows);
  await launch(async () => Object.assign(system, await redisPart({ folder, databaseUrl: url, log, launch })));
  await prepareStores(await readConfig(system.env));
  const { REDIS_MASTER_USER: _user, REDIS_MASTER_PASSWORD: _password, ...env } = system.env;
  const part = async (name) => rolePart({ folder, name, port: await freePort(), env, launch });
  for (let count = 1; count <= apis; count += 1) system.apis.push(await part(`api ${count}`));
  system.worker = await part('worker');
  await Promise.all([...system.apis, system.worker].map((role) => role.start()));
  return system;
}

/** Starts of processes: once they have come to an end, none is under way and none begins. */
function launches() {
  const underWay = new Set();
  let hasEnded = false;
  return {
    async launch(work) {
      if (hasEnded) throw new PlainError('Stopped');
      const done = work();
      underWay.add(done);
      try {
        return await done;
      } finally {
        underWay.delete(done);
      }
    },
    async end() {
      hasEnded = true;
      await Promise.allSettled(underWay);
    },
  };
}

async function postgresPart(folder, launch) {
  const dir = join(folder, 'postgres');
  const password = newSecret();
  let server = await startPostgres({ dir, password });
  const start = () => launch(async () => (server = await startPostgres({ dir, password, port: server.port })));
  return { url: server.url, ...partOf({ name: 'postgres', identity: () => server, start }) };
}

async function redisPart({ folder, databaseUrl, log, launch }) {
  const dir = join(folder, 'redis');
  mkdirSync(dir, { mode: 0o700 });
  const binary = await findRedisBinary({ dataDir: process.env.NABOOM_DATA_DIR ?? join(PROJECT_ROOT, '.naboom'), log });
  const credentials = Object.entries(REDIS_USERS).flatMap(([role, user]) => [
    [`REDIS_${role}_USER`, user],
    [`REDIS_${role}_PASSWORD`, newSecret()],
  ]);
  const env = { NABOOM_OPERATOR_KEY: newSecret(), DATABASE_URL: databaseUrl, ...Object.fromEntries(credentials) };
  const aclFile = join(dir, 'users.acl');
  await writeAclFile(aclFile, await readConfig(env));
  let server = await startRedis({ dir, binary, aclFile });
  env.REDIS_URL = `redis://127.0.0.1:${server.port}`;
  const start = () => launch(async () => (server = await startRedis({ dir, binary, aclFile, port: server.port })));
  const forget = () => {
    for (const name of ['appendonlydir', 'dump.rdb']) rmSync(join(dir, name), { recursive: true, force: true });
  };
  return { env, redis: { port: server.port, forget, ...partOf({ name: 'redis', identity: () => server, start }) } };
}

function rolePart({ folder, name, port, env, launch }) {
  const url = `http://127.0.0.1:${port}`;
  const role = name.split(' ', 1)[0];
  let identity;
  const start = async () => {
    const log = openSync(join(folder, `${name.replace(' ', '-')}.log`), 'a', 0o600);
    const child = spawn(process.execPath, [join(PROJECT_ROOT, 'dist/main.js'), role], {
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        NABOOM_WORKER_PORT: String(port),
        ...NO_FLOOD,
        ...env,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    identity = identify(child.pid);
    const deadline = Date.now() + READY_WITHIN_MS;
    while (!(await answersReady(url))) {
      if (!isRunning(identity) || Date.now() > deadline) throw new PlainError(`${name} did not start: see ${folder}`);
      await delay(50);
    }
  };
  return { url, ...partOf({ name, identity: () => identity, start: () => launch(start) }) };
}

/** What can be done to a process, and to those that it has started itself. */
function partOf({ name, identity, start }) {
  const signal = (what) => {
    if (!isRunning(identity())) return;
    for (const pid of [identity().pid, ...childrenOf(identity().pid)]) sendSignal(pid, what);
  };
  return {
    name,
    start,
    pid: () => (isRunning(identity()) ? identity().pid : undefined),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    stop: () => stopProcess(identity(), { timeoutMs: 30_000 }),
    async kill9() {
      signal('SIGKILL');
      if (identity()) await stopProcess(identity(), { signal: 'SIGKILL' });
    },
  };
}
