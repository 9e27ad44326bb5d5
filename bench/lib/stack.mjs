import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { prepareStores, readConfig, writeAclFile } from '../../scripts/lib/compiled.mjs';
import { newSecret } from '../../scripts/lib/env-file.mjs';
import { REDIS_USERS } from '../../scripts/lib/generated-values.mjs';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { startPostgres } from '../../scripts/lib/postgres-server.mjs';
import { PROJECT_ROOT } from '../../scripts/lib/project.mjs';
import { findRedisBinary } from '../../scripts/lib/redis-binary.mjs';
import { startRedis } from '../../scripts/lib/redis-server.mjs';

const PEER_USER = 'peer_user';

/**
 * The servers of a run: one Postgres as `npm start` runs it (fsync and synchronous_commit on) with a database for each
 * system, and a redis-server for each system, all with the same settings.
 * @param {(line: string) => void} log
 */
export async function openStack(log) {
  const folder = mkdtempSync(join(tmpdir(), 'naboom-bench-'));
  chmodSync(folder, 0o711); // Postgres' own user must be able to enter it when root runs this
  const stack = newScope({ folder, counter: { names: 0, presses: 0 } });
  const closeScope = stack.close;
  stack.close = async () => {
    await closeScope();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const dataDir = process.env.NABOOM_DATA_DIR ?? join(PROJECT_ROOT, '.naboom');
    stack.redisBinary = await findRedisBinary({ dataDir, log });
    stack.postgres = stack.own(await startPostgres({ dir: join(folder, 'postgres'), password: newSecret() }));
    return stack;
  } catch (error) {
    await stack.close();
    throw error;
  }
}

/**
 * A part of a stack: the same servers, and what is opened through it is closed by its own `close`, last first. Close it
 * again once the work in it has ended: what was still being started meanwhile has ended by then.
 */
export function newScope(stack) {
  const opened = [];
  const late = [];
  let closed = false;
  return {
    ...stack,
    /** Something to end with the scope; gives back the same thing. Throws when the scope is closed already. */
    own(thing) {
      if (!closed) {
        opened.push(thing);
        return thing;
      }
      late.push(thing.stop()); // asked to stop while it was being started
      throw new PlainError('The run has been stopped');
    },
    /** A file or folder name of its own in the folder of the run. */
    path: (name) => join(stack.folder, `${(stack.counter.names += 1)}-${name}`),
    async close() {
      closed = true;
      for (const thing of opened.splice(0).reverse()) await thing.stop();
      await Promise.all(late);
    },
  };
}

/** Servers for one product: its five Redis users with passwords of this run, and a migrated database. */
export async function productStores(stack, name) {
  const database = await createDatabase(stack, name);
  const dir = stack.path(`redis-${name}`);
  mkdirSync(dir, { mode: 0o700 });
  const credentials = Object.entries(REDIS_USERS).flatMap(([role, user]) => [
    [`REDIS_${role}_USER`, user],
    [`REDIS_${role}_PASSWORD`, newSecret()],
  ]);
  const env = { NABOOM_OPERATOR_KEY: newSecret(), DATABASE_URL: database.url, ...Object.fromEntries(credentials) };
  const aclFile = join(dir, 'users.acl');
  await writeAclFile(aclFile, await readConfig(env));
  const redis = stack.own(await startRedis({ dir, binary: stack.redisBinary, aclFile }));
  env.REDIS_URL = `redis://127.0.0.1:${redis.port}`;
  await prepareStores(await readConfig(env));
  const { REDIS_MASTER_USER: _user, REDIS_MASTER_PASSWORD: _password, ...withoutAdmin } = env;
  return { env: withoutAdmin, redis, databaseUrl: database.url };
}

/** A redis-server for a peer, with a password as well; `env` is what the programs in peers/ read. */
export async function peerRedis(stack, name) {
  const dir = stack.path(`redis-${name}`);
  mkdirSync(dir, { mode: 0o700 });
  const password = newSecret();
  const aclFile = join(dir, 'users.acl');
  const hash = createHash('sha256').update(password).digest('hex');
  const users = [`user default off`, `user ${PEER_USER} on #${hash} ~* &* +@all`, ''];
  writeFileSync(aclFile, users.join('\n'), { mode: 0o600 });
  const redis = stack.own(await startRedis({ dir, binary: stack.redisBinary, aclFile }));
  const env = { REDIS_PORT: String(redis.port), REDIS_USER: PEER_USER, REDIS_PASSWORD: password };
  return { env, redis };
}

/** An empty database of its own on the Postgres of the run. */
export async function createDatabase(stack, name) {
  const database = `bench_${(stack.counter.names += 1)}_${name.replaceAll(/\W/g, '_')}`;
  await withClient(stack.postgres.url, (client) => client.query(`create database ${database}`));
  const url = new URL(stack.postgres.url);
  url.pathname = `/${database}`;
  return { url: url.href };
}

/** Runs `work` on a connection of its own. */
export async function withClient(url, work) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // the query under way fails as well, and says so
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
