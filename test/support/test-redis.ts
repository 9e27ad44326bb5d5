import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { type RunningRedis, startRedis } from '../../scripts/lib/redis-server.mjs';
import { renderAclFile } from '../../src/redis/acl/render.js';
import { keepServer, openClient, POLICY_TEXT, type ServerProcess } from './redis-process.js';
import { createTestCertificate, type TestCertificate } from './test-certificate.js';
import { testServers } from './test-servers.js';

/** Role -> user, as redis-acl.conf names them. */
export const USERS = {
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
  /** By user, for servers that share them; new ones unless they are named. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** true: TLS only; `env` then names the CA file. */
  readonly tls?: boolean;
}

export interface TestRedis extends ServerProcess {
  readonly port: number;
  /** REDIS_URL and the credentials of each role, ready for loadConfig. */
  readonly env: Record<string, string>;
  /** A new connection as naboom_admin (as the default user without ACL); closed by stop(). */
  admin(): Redis;
  /** Closes the admin connections, ends the server, removes its files. */
  stop(): Promise<void>;
  /** SIGKILL, and a new server on the same port that knows nothing: its disk is lost too. */
  restartEmpty(): Promise<void>;
}

/** Starts an own redis-server for one test file under the project's ACL policy (about 30 ms). */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { acl = true } = options;
  const dir = options.folder ?? join(testServers().folder, `redis-${randomUUID()}`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const passwords = options.passwords ?? newPasswords();
  const aclFile = acl ? join(dir, 'users.acl') : undefined;
  if (aclFile !== undefined) writeFileSync(aclFile, renderAclFile(POLICY_TEXT, passwords), { mode: 0o600 });
  const certificate = options.tls === true ? createTestCertificate(dir) : undefined;
  const port = await freePort();
  const launch = () => launchRedis({ dir, aclFile, port, certificate, extraLines: options.extraLines ?? [] });
  const env = environment({ port, passwords: acl ? passwords : {}, certificate });
  return handle({ dir, env, port, server: await keepServer(launch) });
}

/** All that it had stored; its users stay. */
function forget(dir: string): void {
  for (const name of ['appendonlydir', 'dump.rdb']) rmSync(join(dir, name), { recursive: true, force: true });
}

/** A password for each user. */
export function newPasswords(): Record<string, string> {
  return Object.fromEntries(Object.values(USERS).map((user) => [user, randomBytes(24).toString('base64url')]));
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
  return {
    REDIS_URL: `${certificate ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    ...(certificate ? { REDIS_TLS_CA_FILE: certificate.certFile } : {}),
    ...loginVariables(passwords),
  };
}

/** `REDIS_<ROLE>_USER` and `_PASSWORD` of the users that have a password. */
export function loginVariables(passwords: Record<string, string>): Record<string, string> {
  const credentials = Object.entries(USERS).flatMap(([role, user]) => {
    const password = passwords[user];
    return password === undefined
      ? []
      : [[`REDIS_${role}_USER`, user] as const, [`REDIS_${role}_PASSWORD`, password] as const];
  });
  return Object.fromEntries(credentials);
}

interface HandleOptions {
  readonly dir: string;
  readonly env: Record<string, string>;
  readonly port: number;
  readonly server: ServerProcess;
}

function handle({ dir, env, port, server }: HandleOptions): TestRedis {
  const admins: Redis[] = [];
  return Object.assign(server, {
    port,
    env,
    admin() {
      const client = openClient(adminOptions(port, env));
      admins.push(client);
      return client;
    },
    async stop() {
      for (const client of admins) client.disconnect();
      await server.end();
      rmSync(dir, { recursive: true, force: true });
    },
    async restartEmpty() {
      await server.kill9();
      forget(dir);
      await server.restart();
    },
  });
}

function adminOptions(port: number, env: Record<string, string>) {
  const ca = env.REDIS_TLS_CA_FILE;
  return {
    port,
    username: env.REDIS_MASTER_USER,
    password: env.REDIS_MASTER_PASSWORD,
    ...(ca === undefined ? {} : { tls: { ca: readFileSync(ca) } }),
  };
}
