import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { accepts } from '../../scripts/lib/free-port.mjs';
import { isRunning, recordProcess, stopProcess, type ProcessIdentity } from '../../scripts/lib/process-identity.mjs';
import { redisEnvironment } from '../../scripts/lib/redis-binary.mjs';
import { startRedis } from '../../scripts/lib/redis-server.mjs';
import { loadConfig } from '../../src/config/config.js';
import { configurePolicy } from '../../src/redis/acl/configured-policy.js';
import { passwordHash, renderUsers } from '../../src/redis/acl/render.js';
import { eventually } from './eventually.js';
import { testServers } from './test-servers.js';

/** What the sentinels call the master. */
export const MASTER_NAME = 'emergency';
/** As docs/deployment.md advises: shorter, and a busy machine fails over for nothing. */
const DOWN_AFTER_MS = 2000;

type Env = Record<string, string>;

/** A redis-server or a sentinel. */
export interface TestProcess {
  readonly port: number;
  readonly isRunning: boolean;
  /** Signed in as naboom_admin; at a sentinel as the user that clients have there. */
  readonly client: Redis;
  kill9(): Promise<void>;
  /** Brings it back on the same port with what was on disk. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
}

/** Starts a redis-server of the policy's users; the replica of the one at `masterPort`. */
export async function startReplicatedServer(
  port: number,
  masterPort: number | undefined,
  env: Env,
): Promise<TestProcess> {
  const dir = newFolder();
  const aclFile = join(dir, 'users.acl');
  writeFileSync(aclFile, renderPolicy(env), { mode: 0o600 });
  const extraLines = [
    'masteruser replication_user',
    `masterauth ${env.REDIS_REPLICATION_PASSWORD}`,
    'repl-diskless-sync-delay 0', // of its own, a master waits 5 s for further replicas
    ...(masterPort === undefined ? [] : [`replicaof 127.0.0.1 ${masterPort}`]),
  ];
  const launch = () => startRedis({ dir, binary: testServers().redis, port, aclFile, extraLines });
  const client = openClient(port, env.REDIS_MASTER_USER, env.REDIS_MASTER_PASSWORD);
  return handle(port, client, await launch(), launch);
}

/** The users' file as `npm run acl -- render` makes it for this configuration. */
function renderPolicy(env: Env): string {
  const unused = { NABOOM_OPERATOR_KEY: randomUUID(), DATABASE_URL: 'postgres://127.0.0.1/unused' };
  const policy = readFileSync(resolve(import.meta.dirname, '../../redis-acl.conf'), 'utf8');
  const { users, passwords } = configurePolicy(policy, loadConfig({ ...env, ...unused }).redis);
  return renderUsers(users, passwords);
}

export interface SentinelOptions {
  readonly port: number;
  readonly masterPort: number;
  readonly env: Env;
  /** Password of the sentinels among themselves. */
  readonly among: string;
}

/** Starts a sentinel that asks for a login, as docs/deployment.md shows. */
export async function startSentinel(options: SentinelOptions): Promise<TestProcess> {
  const { port, env } = options;
  const dir = newFolder();
  const file = join(dir, 'sentinel.conf');
  writeFileSync(file, sentinelLines(options, dir).join('\n'), { mode: 0o600 });
  const launch = async () => {
    const child = spawn(testServers().redis.path, [file, '--sentinel'], {
      cwd: dir,
      env: redisEnvironment(testServers().redis),
      detached: true,
      stdio: 'ignore',
    });
    child.unref();
    await eventually(() => accepts(port), { what: 'a sentinel that listens' });
    return recordProcess(join(dir, 'identity.json'), child.pid)!;
  };
  const first = await launch();
  return handle(port, openClient(port, env.REDIS_SENTINEL_USER, env.REDIS_SENTINEL_PASSWORD), first, launch);
}

function sentinelLines({ port, masterPort, env, among }: SentinelOptions, dir: string): string[] {
  const hashOf = (password = '') => `#${passwordHash(password)}`;
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `dir ${dir}`,
    `logfile ${dir}/sentinel.log`,
    'user default off',
    `user peer on ${hashOf(among)} &* -@all +ping +publish +client|setname +sentinel|is-master-down-by-addr`,
    `user ${env.REDIS_SENTINEL_USER} on ${hashOf(env.REDIS_SENTINEL_PASSWORD)} -@all +ping +info +client|setname +client|info +sentinel|get-master-addr-by-name +sentinel|sentinels +sentinel|replicas +sentinel|ckquorum`,
    'sentinel sentinel-user peer',
    `sentinel sentinel-pass ${among}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} 6000`,
    `sentinel auth-user ${MASTER_NAME} failover_user`,
    `sentinel auth-pass ${MASTER_NAME} ${env.REDIS_FAILOVER_PASSWORD}`,
    '',
  ];
}

function newFolder(): string {
  const dir = join(testServers().folder, `redis-${randomUUID()}`);
  mkdirSync(dir, { mode: 0o700 });
  return dir;
}

function openClient(port: number, username = '', password = ''): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    username,
    password,
    disableClientInfo: true,
    disconnectTimeout: 50, // its timer outlives the socket and would hold the test process for two seconds
    retryStrategy: () => 100,
  });
  client.on('error', () => undefined); // tests break the servers on purpose
  return client;
}

type Launch = () => Promise<ProcessIdentity>;

function handle(port: number, client: Redis, first: ProcessIdentity, launch: Launch): TestProcess {
  let running = first;
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    if (isRunning(running)) process.kill(running.pid, 'SIGCONT'); // a stopped process does not see SIGTERM
    return stopProcess(running, { signal });
  };
  return {
    port,
    client,
    get isRunning() {
      return isRunning(running);
    },
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      running = await launch();
    },
    pause: () => void process.kill(running.pid, 'SIGSTOP'),
    resume: () => void process.kill(running.pid, 'SIGCONT'),
  };
}
