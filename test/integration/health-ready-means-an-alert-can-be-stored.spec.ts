import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '../../scripts/lib/postgres-server.mjs';
import { Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { Draining } from '../../src/health/draining.js';
import { eventually } from '../support/eventually.js';
import { startHealthApp, type HealthApp } from '../support/health-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { testServers } from '../support/test-servers.js';

/** With an append-only file it would take the alerts while Postgres cannot. */
const KEEPS_NOTHING = { acl: false, extraLines: ['appendonly no'] };

describe('/health/ready', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let admin: Client;

  beforeAll(async () => {
    [redis, database] = await Promise.all([startTestRedis(KEEPS_NOTHING), createTestDatabase()]);
    admin = new Client({ connectionString: database.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.end();
    await Promise.all([redis?.stop(), database?.drop()]);
  });

  const withHealth = async (role: 'api' | 'worker' | 'all', test: (health: HealthApp) => Promise<void>) => {
    const health = await startHealthApp({ ...redis.env, DATABASE_URL: database.url }, role);
    try {
      await test(health);
    } finally {
      await health.app.close();
    }
  };
  const readinessBecomes = (health: HealthApp, statusCode: number) =>
    eventually(async () => {
      const answer = await health.look('/health/ready');
      expect(answer.statusCode).toBe(statusCode);
      return answer;
    });

  it('changes nothing in the log when it probes', async () => {
    await withHealth('api', async (health) => {
      const state = async () =>
        (
          await admin.query(`select seq, xmin::text, n_dead_tup from log_head, pg_stat_user_tables
          where relname = 'log_head'`)
        ).rows;
      const before = await state();
      for (let probe = 0; probe < 5; probe++) expect((await health.look('/health/ready')).statusCode).toBe(200);
      expect(await state()).toEqual(before);
    });
  });

  it('is 503 while Postgres is read-only, though it answers every question', async () => {
    await withHealth('api', async (health) => {
      const { current_database: name } = (await admin.query('select current_database()')).rows[0] as Record<
        string,
        string
      >;
      const cutOthers = () =>
        admin.query(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
          [name],
        );
      await admin.query(`alter database ${name} set default_transaction_read_only = on`);
      await cutOthers();
      const { body } = await readinessBecomes(health, 503);
      expect(body.error.database).toMatchObject({
        databaseStatus: 'not_writable',
        error: expect.stringMatching(/read-only/),
      });
      expect((await health.look('/health')).body).toMatchObject({
        status: 'unhealthy',
        database_status: 'not_writable',
      });
      await admin.query('set default_transaction_read_only = off');
      await admin.query(`alter database ${name} reset default_transaction_read_only`);
      await cutOthers();
      await readinessBecomes(health, 200);
    });
  });

  it('is 503 when the writer of the log lost a right or its schema', async () => {
    await withHealth('api', async (health) => {
      await admin.query('alter table log_head rename to log_head_away');
      const { body } = await readinessBecomes(health, 503);
      expect(body.error.database.error).toMatch(/schema is missing/);
      await admin.query('alter table log_head_away rename to log_head');
      await readinessBecomes(health, 200);
    });
  });

  it('stays 200 while Redis would keep alerts in its append-only file, and no longer', async () => {
    await withHealth('api', async (health) => {
      const setting = redis.admin();
      await setting.config('SET', 'appendonly', 'yes');
      await admin.query('alter table log_head rename to log_head_away');
      const { body } = await eventually(async () => {
        const answer = await health.look('/health/ready');
        expect(answer.body.details.database).toMatchObject({ status: 'up', storedBy: 'redis' });
        return answer;
      });
      expect(body.status).toBe('ok');
      expect((await health.look('/health')).body).toMatchObject({
        status: 'degraded',
        database_status: 'not_writable',
        intake: { stored: 'redis', redis_would_take: true, pending: 0, refused: 0 },
      });
      expect((await health.look('/health/redis')).body).toMatchObject({ overall_status: 'healthy' });
      await setting.config('SET', 'appendonly', 'no');
      await readinessBecomes(health, 503);
      await admin.query('alter table log_head_away rename to log_head');
      await readinessBecomes(health, 200);
    });
  });

  it('is 503 within its time limit while another holds the log, and leaves the log a connection', async () => {
    await withHealth('api', async (health) => {
      await admin.query('begin');
      await admin.query('select 1 from log_head for update');
      const started = performance.now();
      const { body, statusCode } = await health.look('/health/ready');
      expect(performance.now() - started).toBeLessThan(1500);
      expect(statusCode).toBe(503);
      expect(body.error.database.error).toMatch(/too slow/);
      await health.look('/health/ready');
      const { writers } = health.app.get(Database, { strict: false });
      await eventually(() => writers.totalCount === writers.idleCount, { withinMs: 500 });
      await admin.query('rollback');
      await readinessBecomes(health, 200);
    });
  });

  it.each(['api', 'all'] as const)('stays 200 for %s while Redis is away', async (role) => {
    await withHealth(role, async (health) => {
      await redis.kill9();
      expect((await health.look('/health/ready')).statusCode).toBe(200);
      expect((await health.look('/health')).body).toMatchObject({
        status: 'degraded',
        redis_status: 'disconnected',
        role,
      });
      await redis.restart();
    });
  });

  it('is 503 for a worker while the queue is away, and 200 when it is back', async () => {
    await withHealth('worker', async (health) => {
      await readinessBecomes(health, 200);
      await redis.kill9();
      const { body } = await readinessBecomes(health, 503);
      expect(body.error.queue).toMatchObject({ userStatus: 'connection_failed' });
      expect(body.details.database.status).toBe('up');
      await redis.restart();
      await readinessBecomes(health, 200);
    });
  });

  it('is 503 from the moment the process drains', async () => {
    await withHealth('api', async (health) => {
      expect((await health.look('/health/ready')).statusCode).toBe(200);
      health.app.get(Draining, { strict: false }).begin();
      const { statusCode, body } = await health.ask('/health/ready');
      expect(statusCode).toBe(503);
      expect(body.status).toBe('shutting_down');
      expect((await health.ask('/health/live')).statusCode).toBe(200);
    });
  });

  it('is 503 when Postgres stops, names no secret, and live stays 200', async () => {
    const password = randomBytes(18).toString('base64url');
    const own = { dir: join(testServers().folder, 'postgres-that-stops'), password };
    const postgres = await startPostgres(own);
    await migrate(postgres.url);
    const health = await startHealthApp({ ...redis.env, DATABASE_URL: postgres.url });
    try {
      await readinessBecomes(health, 200);
      await postgres.stop();
      const answers = [
        await readinessBecomes(health, 503),
        await health.look('/health'),
        await health.look('/health/redis'),
        await health.look('/health/live'),
      ];
      expect(answers.map(({ statusCode }) => statusCode)).toEqual([503, 503, 503, 200]);
      expect(answers[0]!.body.error.database).toMatchObject({
        databaseStatus: 'disconnected',
        error: 'Postgres cannot be reached',
      });
      expect(answers[1]!.body).toMatchObject({
        status: 'unhealthy',
        redis_status: 'connected',
        database_status: 'disconnected',
      });
      expect(answers[2]!.body).toMatchObject({
        overall_status: 'unhealthy',
        redis_acl_health: { app_user: { status: 'healthy' } },
      });
      const everything = answers.map(({ text }) => text).join('\n');
      expect(everything).not.toContain(password);
      expect(everything).not.toMatch(/\.js:\d+|127\.0\.0\.1|node_modules/);
      const again = await startPostgres({ ...own, port: postgres.port });
      await readinessBecomes(health, 200);
      await again.stop();
    } finally {
      await health.app.close();
      await postgres.stop();
    }
  });
});
