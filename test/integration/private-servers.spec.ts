import { Client } from 'pg';
import { accepts } from '../../scripts/lib/free-port.mjs';
import { createTestDatabase } from '../support/test-database.js';
import { startTestRedis } from '../support/test-redis.js';

describe('the private redis-server', () => {
  it('keeps an acknowledged write and its users through kill -9', async () => {
    const redis = await startTestRedis();
    try {
      const before = redis.admin();
      await before.set('panic:kept', 'yes');
      await redis.kill9();
      await redis.restart();
      await expect(redis.admin().get('panic:kept')).resolves.toBe('yes');
      await expect(redis.admin().call('ACL', 'WHOAMI')).resolves.toBe('naboom_admin');
    } finally {
      await redis.stop();
    }
    await expect(accepts(redis.port)).resolves.toBe(false);
  });

  it('answers nothing while it is paused and goes on afterwards', async () => {
    const redis = await startTestRedis({ acl: false });
    try {
      const client = redis.admin();
      await client.ping();
      redis.pause();
      let answered = false;
      const pong = client.ping().then(() => (answered = true));
      await expect(accepts(redis.port)).resolves.toBe(true); // the kernel still takes connections
      expect(answered).toBe(false);
      redis.resume();
      await expect(pong).resolves.toBe(true);
    } finally {
      await redis.stop();
    }
  });

  it('serves TLS that is verified against the given CA file', async () => {
    const redis = await startTestRedis({ tls: true });
    try {
      expect(redis.env.REDIS_URL).toMatch(/^rediss:/);
      await expect(redis.admin().ping()).resolves.toBe('PONG');
    } finally {
      await redis.stop();
    }
  });
});

describe('the private Postgres', () => {
  it('gives each test file its own database on a durable server', async () => {
    const [one, two] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    try {
      expect(one.url).not.toBe(two.url);
      const client = new Client({ connectionString: one.url });
      await client.connect();
      const { rows } = await client.query<{ fsync: string; commit: string }>(
        "SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit",
      );
      expect(rows).toEqual([{ fsync: 'on', commit: 'on' }]);
      await client.end();
    } finally {
      await Promise.all([one.drop(), two.drop()]);
    }
  });

  it('refuses a login without the generated password', async () => {
    const database = await createTestDatabase();
    const url = new URL(database.url);
    url.password = 'guess';
    const client = new Client({ connectionString: url.href });
    try {
      await expect(client.connect()).rejects.toThrow(/password authentication failed/);
    } finally {
      await client.end();
      await database.drop();
    }
  });
});
