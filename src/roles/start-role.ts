import { setTimeout as delay } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { ConfigModule } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { isUnavailable } from '../database/database.js';
import { SharedClock } from '../database/shared-clock.js';
import { migrate } from '../database/migrate.js';
import { NestLogger } from '../observability/logger.js';
import { LoginWatch } from '../redis/login-watch.js';
import { configureHttp, createHttpAdapter } from './http-server.js';
import { rootOf } from './role.js';

const MIGRATION_RETRY_MS = 2000;
/** Connections that may wait to be taken; beyond it the kernel drops them and a panic is tried again after 1, 3, 7 s. */
const LISTEN_QUEUE = 4096;

/** A started role; `close` drains it. */
export interface RunningRole {
  readonly app: NestFastifyApplication;
  /** Where it listens, such as http://127.0.0.1:3000. */
  readonly url: string;
  /** Reads again what may change while it runs: the passwords of Redis. Never rejects. */
  reread(): Promise<void>;
}

/** What ends a process. Not SIGHUP, by which it reads its passwords again. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGQUIT'];

/**
 * Starts what the configured role does and listens.
 * @throws Error when the port is taken, the schema cannot be migrated, or a module cannot be wired
 */
export async function startRole(config: Config, logger: Logger): Promise<RunningRole> {
  const { env, redis } = config;
  const migrated = migrateWhenReachable(env.DATABASE_URL, logger);
  const root = rootOf(env.NABOOM_ROLE); // loads code while Postgres answers
  await migrated;
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: class Root {}, imports: [ConfigModule.with(config, new SharedClock()), ...root.modules] },
    createHttpAdapter(config, logger),
    { logger: new NestLogger(logger), bodyParser: false, abortOnError: false, forceCloseConnections: false },
  );
  configureHttp(app, config, logger);
  root.prepare?.(app);
  app.enableShutdownHooks(ENDING_SIGNALS);
  await app.listen({ port: root.port(env), host: env.HOST, backlog: LISTEN_QUEUE });
  const url = await app.getUrl();
  logger.info({ url, role: env.NABOOM_ROLE, isolation: redis.isolation, pid: process.pid }, `ready at ${url}`);
  if (redis.isolation !== 'acl') logger.warn({ isolation: redis.isolation }, ISOLATION_WARNINGS[redis.isolation]);
  return { app, url, reread: () => app.get(LoginWatch).lookAtOnce() };
}

const ISOLATION_WARNINGS = {
  shared: 'isolation: shared - one Redis user for all roles; they are kept apart by key prefix only',
  none: 'isolation: none - Redis asks for no login; use this on a developer machine only',
} as const;

/** Migrates before anything reads. A Postgres that is away does not stop the start: it is retried in the background. */
async function migrateWhenReachable(url: string, logger: Logger): Promise<void> {
  try {
    await migrate(url);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    logger.error({ code: 'DATABASE_UNAVAILABLE' }, 'Postgres cannot be reached; Redis takes the alerts until it can');
    void retryMigration(url, logger);
  }
}

async function retryMigration(url: string, logger: Logger): Promise<void> {
  for (;;) {
    await delay(MIGRATION_RETRY_MS, undefined, { ref: false });
    try {
      await migrate(url);
      logger.info('Postgres is reachable and its schema up to date');
      return;
    } catch (error) {
      if (!isUnavailable(error)) logger.error({ err: error }, 'the schema cannot be migrated');
    }
  }
}
