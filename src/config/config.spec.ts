import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configProblems } from '../../test/support/config-problems.js';
import { loadConfig } from './config.js';
import { printConfig } from './print-config.js';

const NEEDED = {
  NABOOM_OPERATOR_KEY: 'k'.repeat(32),
  DATABASE_URL: 'postgres://naboom:pg-secret@127.0.0.1:5432/naboom',
};
const ROLE_PASSWORDS = {
  REDIS_APP_PASSWORD: 'secret/app+1',
  REDIS_WEBSOCKET_PASSWORD: 'secret-ws',
  REDIS_REALTIME_PASSWORD: 'secret-rt',
  REDIS_MONITORING_PASSWORD: 'secret-mon',
};

const problemsOf = (env: Record<string, string>) => configProblems({ ...NEEDED, ...env });

describe('loadConfig', () => {
  it('needs an operator key and a database, and nothing else', () => {
    const { env, redis } = loadConfig(NEEDED);
    expect(env).toMatchObject({
      PORT: 3000,
      HOST: '127.0.0.1',
      NABOOM_ROLE: 'all',
      NABOOM_TIME_ZONE: 'Africa/Johannesburg',
    });
    expect(redis.isolation).toBe('none');
    expect(redis.roles.app).toEqual({
      place: { kind: 'single', host: 'localhost', port: 6379 },
      tls: false,
      db: 0,
    });
  });

  it('reports every problem at once', () => {
    const bad = {
      PORT: '70000',
      NABOOM_ROLE: 'boss',
      REDIS_URL: 'http://x',
      NABOOM_OPERATOR_KEY: '',
      DATABASE_URL: '',
    };
    const problems = problemsOf(bad);
    for (const name of [
      'PORT',
      'NABOOM_ROLE',
      'REDIS_URL',
      'NABOOM_OPERATOR_KEY is missing',
      'DATABASE_URL is missing',
    ]) {
      expect(problems.some((problem) => problem.startsWith(name))).toBe(true);
    }
  });

  it('gives each role its own user and database', () => {
    const { redis } = loadConfig({ ...NEEDED, ...ROLE_PASSWORDS, REDIS_URL: 'rediss://redis.example:6380' });
    expect(redis.isolation).toBe('acl');
    const at = { place: { kind: 'single', host: 'redis.example', port: 6380 }, tls: true };
    expect(redis.roles).toEqual({
      app: { ...at, username: 'app_user', password: 'secret/app+1', db: 0 },
      queue: { ...at, username: 'app_user', password: 'secret/app+1', db: 2 },
      websocket: { ...at, username: 'websocket_user', password: 'secret-ws', db: 1 },
      realtime: { ...at, username: 'realtime_user', password: 'secret-rt', db: 4 },
      monitoring: { ...at, username: 'monitoring_user', password: 'secret-mon', db: 7 },
    });
  });

  it('splits the queue off, and lets a role have its own server', () => {
    const { redis } = loadConfig({
      ...NEEDED,
      ...ROLE_PASSWORDS,
      REDIS_QUEUE_USER: 'queue_user',
      REDIS_QUEUE_PASSWORD: 'secret-q',
      REDIS_QUEUE_URL: 'jobs:6379',
      REDIS_REALTIME_URL: 'redis://[::1]:7000',
    });
    expect(redis.roles.queue).toMatchObject({ place: { host: 'jobs' }, username: 'queue_user', password: 'secret-q' });
    expect(redis.roles.realtime).toMatchObject({ place: { host: '::1', port: 7000 } });
  });

  it('takes a Postgres that is reached by its local socket', () => {
    expect(problemsOf({ DATABASE_URL: 'postgres://naboom@/naboom?host=/var/run/postgresql' })).toEqual([]);
  });

  it('takes one user for all as shared mode', () => {
    const { redis } = loadConfig({ ...NEEDED, REDIS_USERNAME: 'managed', REDIS_PASSWORD: 'secret-one' });
    expect(redis.isolation).toBe('shared');
    expect(redis.roles.monitoring).toMatchObject({ username: 'managed', password: 'secret-one', db: 7 });
  });

  it('reads secrets from files, trimmed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'naboom-config-'));
    const file = join(folder, 'key');
    writeFileSync(file, `${'f'.repeat(32)}\n`);
    const { env } = loadConfig({ DATABASE_URL: NEEDED.DATABASE_URL, NABOOM_OPERATOR_KEY_FILE: file });
    expect(env.NABOOM_OPERATOR_KEY).toBe('f'.repeat(32));
    expect(problemsOf({ NABOOM_OPERATOR_KEY_FILE: file })).toEqual([
      'NABOOM_OPERATOR_KEY and NABOOM_OPERATOR_KEY_FILE are both set: remove one of them',
    ]);
    rmSync(folder, { recursive: true });
    expect(problemsOf({ REDIS_PASSWORD_FILE: file })[0]).toContain('ENOENT');
  });

  it.each([
    ['REDIS_URL', 'redis://app_user:hunter2@host:6379', 'credentials'],
    ['REDIS_URL', 'app_user:hunter2@host:6379', 'credentials'],
    ['REDIS_URL', 'redis://host:6379?password=hunter2', 'query'],
    ['REDIS_URL', 'redis://host:6379#hunter2', 'fragment'],
    ['REDIS_URL', 'REDISS://host:6379', 'capitals'],
    ['REDIS_URL', 'valkey://host:6379', 'redis:// or rediss://'],
    ['REDIS_URL', 'redis://host:6379/4', 'REDIS_<ROLE>_DB'],
    ['REDIS_URL', '"redis://host:6379"', 'quotes'],
    ['REDIS_APP_URL', 'redis://host:99999', 'port'],
    ['REDIS_APP_DB', '16', '15'],
    ['REDIS_APP_PASSWORD', '"hunter2"', 'quotes'],
    ['REDIS_APP_PASSWORD', 'hunter2\nx', 'line break'],
    ['REDIS_APP_PASSWORD', 'hunter2 ', 'white space'],
    ['REDIS_APP_USER', 'default', 'ACL user of its own'],
    ['REDIS_REALTIME_USER', 'app_user', 'REDIS_APP_USER'],
    ['REDIS_APP_USER', 'naboom_admin', 'REDIS_MASTER_USER'],
    ['REDIS_QUEUE_USER', 'queue_user', 'REDIS_QUEUE_PASSWORD'],
    ['REDIS_PASSWORD', 'hunter2', 'both set'],
    ['NABOOM_TIME_ZONE', 'Mars/Base', 'IANA'],
    ['NABOOM_ALLOWED_ORIGINS', 'control-room.example', 'https://'],
    ['NABOOM_TRUSTED_PROXIES', '10.0.0.0/8,proxy', 'networks'],
    ['NABOOM_OPERATOR_KEY', 'hunter2', '24'],
    ['NABOOM_OPERATOR_KEY', `hunter2 ${'and more '.repeat(3)}`, 'white space'],
    ['DATABASE_URL', 'mysql://root:hunter2@host/x', 'postgres://'],
    ['DATABASE_URL', 'postgres://naboom:hunter2#x@host/x', '%23'],
    ['NABOOM_WEBHOOK_URLS', 'https://user:hunter2@host/hook', 'without credentials'],
  ])('refuses %s=%s, names it, says what to do and shows no secret', (name, value, remedy) => {
    const problems = problemsOf({ ...ROLE_PASSWORDS, [name]: value });
    const told = problems.filter((problem) => problem.includes(name));
    expect(told.join('\n')).toContain(remedy);
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it('names each role password that is missing', () => {
    const { REDIS_REALTIME_PASSWORD: _removed, ...others } = ROLE_PASSWORDS;
    expect(problemsOf(others)).toEqual(['REDIS_REALTIME_PASSWORD is missing: the other Redis roles have passwords']);
  });
});

describe('printConfig', () => {
  it('shows what is in effect and no secret', () => {
    const secrets = [...Object.values(ROLE_PASSWORDS), ...Object.values(NEEDED)];
    const hooks = {
      NABOOM_WEBHOOK_URLS: 'https://hooks.example/secret-path',
      NABOOM_WEBHOOK_SECRET: `whsec_${'A'.repeat(44)}`,
    };
    const text = printConfig(loadConfig({ ...NEEDED, ...ROLE_PASSWORDS, ...hooks, PORT: '8080' })).join('\n');
    expect(text).toContain('https://hooks.example/…');
    expect(text).toContain('PORT=8080');
    expect(text).toContain('REDIS_APP_PASSWORD=[set]');
    for (const secret of [...secrets, 'secret-path', hooks.NABOOM_WEBHOOK_SECRET]) expect(text).not.toContain(secret);
  });
});
