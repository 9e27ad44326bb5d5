import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { isRunning, stopProcess } from '../../scripts/lib/process-identity.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { type RunningRedis, startRedis } from '../../scripts/lib/redis-server.mjs';
import { renderAclFile } from '../../src/redis/acl/render.js';
import { createTestCertificate, type TestCertificate } from './test-certificate.js';
import { testServers } from './test-servers.js';

/** Role -> user, as redis-acl.conf names them. */
const USERS = {
  MASTER: 'naboom_admin',
  APP: 'app_user',
  WEBSOCKET: 'websocket_user',
  REALTIME: 'realtime_user',
  MONITORING: 'monitoring_user',
} as const;

export interface TestRedisOptions {
  /** false: a server without users and passwords, like a developer's own. */
  readonly acl?: boolean;
  /** Where its files are; a new folder unless it is named. */
  readonly folder?: string;
  /** Further lines of redis.conf, such as `maxmemory 2mb`. */
  readonly extraLines?: readonly string[];
  /** true: TLS only; `env` then names the CA file. */
  readonly tls?: boolean;
}

export interface TestRedis {
  readonly port: number;
  /** Of the running process; another one after restart(). */
  readonly pid: number;
  /** REDIS_URL and the credentials of each role, ready for loadConfig. */
  readonly env: Record<string, string>;
  /** A new connection as naboom_admin (as the default user without ACL); closed by stop(). */
  admin(): Redis;
  /** Closes the admin connections, ends the server, removes its files. */
  stop(): Promise<void>;
  /** SIGKILL, as in a power cut; restart() brings it back on the same port with what was on disk. */
  kill9(): Promise<void>;
  restart(): Promise<void>;
  /** SIGKILL, and a new server on the same port that knows nothing: its disk is lost too. */
  restartEmpty(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
}

/** Starts an own redis-server for one test file under the project's ACL policy (about 30 ms). */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { acl = true } = options;
  const dir = options.folder ?? join(testServers().folder, `redis-${randomUUID()}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const passwords = Object.fromEntries(
    Object.values(USERS).map((user) => [user, randomBytes(24).toString('base64url')]),
  );
  const aclFile = acl ? join(dir, 'users.acl') : undefined;
  const policy = readFileSync(resolve(import.meta.dirname, '../../redis-acl.conf'), 'utf8');
  if (aclFile !== undefined) writeFileSync(aclFile, renderAclFile(policy, passwords), { mode: 0o600 });
  const certificate = options.tls === true ? createTestCertificate(dir) : undefined;
  const port = await freePort();
  const launch = () => launchRedis({ dir, aclFile, port, certificate, extraLines: options.extraLines ?? [] });
  const env = environment({ port, passwords: acl ? passwords : {}, certificate });
  return handle({ dir, env, first: await launch(), launch });
}

/** All that it had stored; its users stay. */
function forget(dir: string): void {
  for (const name of ['appendonlydir', 'dump.rdb']) rmSync(join(dir, name), { recursive: true, force: true });
}

interface LaunchOptions {
  readonly dir: string;
  readonly aclFile: string | undefined;
  readonly port: number;
  readonly certificate: TestCertificate | undefined;
  readonly extraLines: readonly string[];
}

function launchRedis({ dir, aclFile, port, certificate, extraLines }: LaunchOptions): Promise<RunningRedis> {
  const tlsLines = certificate
    ? ['port 0', `tls-port ${port}`, `tls-cert-file ${certificate.certFile}`, `tls-key-file ${certificate.keyFile}`]
    : [];
  const authClients = certificate ? ['tls-auth-clients no'] : [];
  const lines = [...tlsLines, ...authClients, ...extraLines];
  return startRedis({ dir, binary: testServers().redis, port, aclFile, extraLines: lines });
}

interface EnvironmentOptions {
  readonly port: number;
  readonly passwords: Record<string, string>;
  readonly certificate: TestCertificate | undefined;
}

function environment({ port, passwords, certificate }: EnvironmentOptions): Record<string, string> {
  const credentials = Object.entries(USERS).flatMap(([role, user]) => {
    const password = passwords[user];
    return password === undefined
      ? []
      : [[`REDIS_${role}_USER`, user] as const, [`REDIS_${role}_PASSWORD`, password] as const];
  });
  return {
    REDIS_URL: `${certificate ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    ...(certificate ? { REDIS_TLS_CA_FILE: certificate.certFile } : {}),
    ...Object.fromEntries(credentials),
  };
}

interface HandleOptions {
  readonly dir: string;
  readonly env: Record<string, string>;
  readonly first: RunningRedis;
  readonly launch: () => Promise<RunningRedis>;
}

function handle({ dir, env, first, launch }: HandleOptions): TestRedis {
  let server = first;
  const admins: Redis[] = [];
  const sendSignal = (name: NodeJS.Signals) => {
    if (isRunning(server)) process.kill(server.pid, name);
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    sendSignal('SIGCONT'); // a stopped process does not see SIGTERM
    await stopProcess(server, { signal });
  };
  return {
    port: first.port,
    env,
    get pid() {
      return server.pid;
    },
    admin() {
      const client = new Redis(adminOptions(first.port, env));
      client.on('error', () => undefined); // tests break the server on purpose
      admins.push(client);
      return client;
    },
    async stop() {
      for (const client of admins) client.disconnect();
      await end('SIGTERM');
      rmSync(dir, { recursive: true, force: true });
    },
    kill9: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      server = await launch();
    },
    async restartEmpty() {
      await end('SIGKILL');
      forget(dir);
      server = await launch();
    },
    pause: () => sendSignal('SIGSTOP'),
    resume: () => sendSignal('SIGCONT'),
  };
}

function adminOptions(port: number, env: Record<string, string>) {
  const ca = env.REDIS_TLS_CA_FILE;
  return {
    host: '127.0.0.1',
    port,
    username: env.REDIS_MASTER_USER,
    password: env.REDIS_MASTER_PASSWORD,
    disableClientInfo: true,
    disconnectTimeout: 50, // its timer outlives the socket and would hold the test process for two seconds
    ...(ca === undefined ? {} : { tls: { ca: readFileSync(ca) } }),
  };
}
