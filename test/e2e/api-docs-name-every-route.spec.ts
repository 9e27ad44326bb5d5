import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OPERATION_GROUPS } from '../../src/api-docs/operations.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { loadConfig } from '../../src/config/config.js';
import { createLogger, NestLogger } from '../../src/observability/logger.js';
import { configureHttp, createHttpAdapter } from '../../src/roles/http-server.js';
import { rootOf } from '../../src/roles/role.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const OPERATIONS = OPERATION_GROUPS.flatMap(({ operations }) => operations);

describe('the description', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let app: NestFastifyApplication;
  const routes: string[] = [];

  beforeAll(async () => {
    [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
    const env = { ...redis.env, DATABASE_URL: database.url, NABOOM_OPERATOR_KEY: TEST_OPERATOR_KEY };
    const config = loadConfig({ ...env, NABOOM_LOG_LEVEL: 'silent' });
    const logger = createLogger('silent', {});
    const root = rootOf('api');
    app = await NestFactory.create<NestFastifyApplication>(
      { module: class Root {}, imports: [ConfigModule.with(config), ...root.modules] },
      createHttpAdapter(config, logger),
      { logger: new NestLogger(logger), bodyParser: false, abortOnError: false },
    );
    const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const each of [method].flat()) routes.push(`${each} ${url}`);
    });
    configureHttp(app, config, logger);
    root.prepare?.(app);
    await app.init();
  });
  afterAll(async () => {
    await app?.close();
    await redis?.stop();
    await database?.drop();
  });

  it('has every route of the router, and no other', () => {
    // Fastify answers HEAD wherever it answers GET.
    // What stands below /admin/queues is Bull Board's own business.
    const real = routes.filter((route) => !route.startsWith('HEAD ') && !route.endsWith(' /admin/queues/*'));
    expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(real.sort());
  });

  it('stands by a guide that names every route as well', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/http.md'), 'utf8');
    const missing = OPERATIONS.filter(({ path }) => !guide.includes(`\`${path}\``)).map(({ path }) => path);
    expect(missing).toEqual([]);
  });
});
