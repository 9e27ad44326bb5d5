import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { accepts } from '../../scripts/lib/free-port.mjs';
import { recordProcess } from '../../scripts/lib/process-identity.mjs';
import { redisEnvironment } from '../../scripts/lib/redis-binary.mjs';
import { startRedis } from '../../scripts/lib/redis-server.mjs';
import { passwordHash } from '../../src/redis/acl/render.js';
import { eventually } from './eventually.js';
import { keepServer, openClient, type ServerProcess } from './redis-process.js';
import { renderPolicy } from './rendered-policy.js';
import { testServers } from './test-servers.js';

/** What the sentinels call the master. */
export const MASTER_NAME = 'emergency';
/** As docs/deployment.md advises: shorter, and a busy machine fails over for nothing. */
const DOWN_AFTER_MS = 2000;

type Env = Record<string, string>;

/** A redis-server or a sentinel. */
export interface TestProcess extends ServerProcess {
  readonly port: number;
  /** Signed in as naboom_admin; at a sentinel as the user that clients have there. */
  readonly client: Redis;
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
  return withClient(await keepServer(launch), port, [env.REDIS_MASTER_USER, env.REDIS_MASTER_PASSWORD]);
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
  return withClient(await keepServer(launch), port, [env.REDIS_SENTINEL_USER, env.REDIS_SENTINEL_PASSWORD]);
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

function withClient(server: ServerProcess, port: number, [username = '', password = '']: Login): TestProcess {
  const client = openClient({ port, username, password, retryStrategy: () => 100 });
  return Object.assign(server, { port, client });
}

type Login = readonly [user: string | undefined, password: string | undefined];
