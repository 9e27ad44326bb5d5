import 'reflect-metadata';
import { resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { ConfigModule } from '../../dist/config/config.module.js';
import { loadConfig } from '../../dist/config/config.js';
import { NotificationsModule } from '../../dist/notifications/notifications.module.js';
import { createLogger, NestLogger } from '../../dist/observability/logger.js';
import { JobWorkersModule } from '../../dist/queues/job-workers.module.js';
import { RetentionModule } from '../../dist/retention/retention.module.js';

/** The modules of a worker and nothing else, in a process that a test may kill. */
const childModule = resolve(import.meta.dirname, '../../dist/roles/job-child.js');
const config = loadConfig(process.env);
const app = await NestFactory.createApplicationContext(
  {
    module: class Root {},
    imports: [ConfigModule.with(config), NotificationsModule, RetentionModule, JobWorkersModule.with({ childModule })],
  },
  { logger: new NestLogger(createLogger(config.env.NABOOM_LOG_LEVEL, {})), abortOnError: false },
);
app.enableShutdownHooks();
process.stdout.write('ready\n');
