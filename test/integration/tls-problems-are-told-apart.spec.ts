import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config.js';
import { checkLogins } from '../../src/doctor/redis-logins.js';
import { probeUser } from '../../src/health/probe-user.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { createTestCertificate, type CertificateOptions, type TestCertificate } from '../support/test-certificate.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { testServers } from '../support/test-servers.js';

let overTls: TestRedis;
let plain: TestRedis;
let authority: TestCertificate;
let issued = 0;

const folder = (name: string) => {
  const dir = join(testServers().folder, `tls-${process.pid}-${name}`);
  mkdirSync(dir, { mode: 0o700 });
  return dir;
};

beforeAll(async () => {
  [overTls, plain] = await Promise.all([startTestRedis({ tls: true }), startTestRedis()]);
  authority = createTestCertificate(folder('authority'));
});
afterAll(() => Promise.all([overTls?.stop(), plain?.stop()]));

/** The server shows this one from now on. */
async function serverShows(options: CertificateOptions): Promise<void> {
  const { certFile, keyFile } = createTestCertificate(folder(`server-${(issued += 1)}`), options);
  const admin = (serving ??= overTls.admin());
  await admin.config('SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile);
}
/** Stays open from before the first change: whoever comes later sees the certificate under test. */
let serving: ReturnType<TestRedis['admin']> | undefined;

const configOf = (changes: Record<string, string>) =>
  loadConfig({
    NABOOM_OPERATOR_KEY: 'k'.repeat(24),
    DATABASE_URL: 'postgres://127.0.0.1/unused',
    ...overTls.env,
    REDIS_TLS_CA_FILE: authority.certFile,
    ...changes,
  }).redis;

/** What the connection says of itself, as logs and health show it. */
async function connectionSays(changes: Record<string, string>): Promise<[string, string | undefined]> {
  const connections = new RoleConnections('app', configOf(changes).roles.app);
  const { commands } = connections;
  connections.connect();
  try {
    const said = await eventually(() => commands.lastFailure?.message);
    const { error } = await probeUser([commands], async () => void (await commands.ping()));
    return [said, error];
  } finally {
    await connections.close();
  }
}

async function doctorSays(changes: Record<string, string>): Promise<string> {
  const checks = await checkLogins(configOf(changes));
  return checks.find(({ subject }) => subject === 'redis app')?.detail ?? 'nothing';
}

it('works with an authority of its own', async () => {
  await serverShows({ issuer: authority });
  await expect(doctorSays({})).resolves.toBe('nothing');
});

it('checks the name that the certificates have, where it is not the one of the address', async () => {
  await serverShows({ issuer: authority, dnsNames: ['redis.example'], addresses: [] });
  await expect(doctorSays({ REDIS_TLS_SERVER_NAME: 'redis.example' })).resolves.toBe('nothing');
});

it.each([
  ['the host of the address', {}, 'localhost'],
  ['REDIS_TLS_SERVER_NAME', { REDIS_TLS_SERVER_NAME: 'redis.example' }, 'redis.example'],
])('sends %s as server name, for services that share an address', async (_what, changes, name) => {
  let hear = (_name: string) => {};
  const asked = new Promise<string>((resolve) => (hear = resolve));
  const service = createServer({ SNICallback: (server) => hear(server) });
  service.on('tlsClientError', () => undefined); // it is never answered
  service.listen(0);
  await once(service, 'listening');
  const { port } = service.address() as AddressInfo;
  const connections = new RoleConnections(
    'app',
    configOf({ REDIS_URL: `rediss://localhost:${port}`, ...changes }).roles.app,
  );
  connections.connect();
  try {
    await expect(asked).resolves.toBe(name);
  } finally {
    await connections.close();
    service.close();
  }
});

const trusted = () => serverShows({ issuer: authority });
const asConfigured = () => ({});

it.each<[string, () => Promise<void>, () => Record<string, string>, RegExp, RegExp?]>([
  ['an authority that is not trusted', () => serverShows({}), asConfigured, /not trusted: set REDIS_TLS_CA_FILE/],
  ['no authority', trusted, () => ({ REDIS_TLS_CA_FILE: '' }), /not trusted: set REDIS_TLS_CA_FILE/],
  [
    'a certificate that has expired',
    () => serverShows({ issuer: authority, validDays: -1 }),
    asConfigured,
    /expired: renew it/,
  ],
  [
    'a certificate of another name',
    () => serverShows({ issuer: authority, dnsNames: ['redis.example'], addresses: [] }),
    asConfigured,
    /for another name: .*REDIS_TLS_SERVER_NAME/,
  ],
  [
    'a plain client from a server that speaks TLS',
    trusted,
    () => ({ REDIS_URL: `redis://127.0.0.1:${overTls.port}` }),
    /before a word: .*write rediss:/,
    /write rediss:\/\/ for a server with TLS/,
  ],
  [
    'a client that speaks TLS from a plain server',
    trusted,
    () => ({ ...plain.env, REDIS_URL: `rediss://127.0.0.1:${plain.port}` }),
    /TLS greeting in time: .*write redis:/,
    /speaks no TLS: write redis:/,
  ],
  [
    'a server that wants a client certificate',
    async () => {
      await trusted();
      await serving!.config('SET', 'tls-auth-clients', 'yes', 'tls-ca-cert-file', authority.certFile);
    },
    asConfigured,
    // The server's word of it comes before the connection is cut, or does not.
    /(?=.*client certificate).*tls-auth-clients no/,
  ],
])('tells %s', async (_what, prepare, changes, ...words) => {
  const [connection, doctor = connection] = words;
  await prepare();
  const [said, health] = await connectionSays(changes());
  expect(said).toMatch(connection);
  expect(health).toMatch(connection);
  await expect(doctorSays(changes())).resolves.toMatch(doctor);
});
