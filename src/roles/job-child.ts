import { Database } from '../database/database.js';
import { SharedClock } from '../database/shared-clock.js';
import { createLogger, NestLogger } from '../observability/logger.js';
import { Logger } from '../observability/nest-log.js';
import type { JobSettings } from '../queues/job-settings.js';
import { serveTasks } from '../queues/task-child.js';
import { jobHandlers } from './job-handlers.js';

// The process that runs jobs, forked by a worker.
serveTasks<JobSettings>(async (settings) => {
  Logger.overrideLogger(new NestLogger(createLogger(settings.NABOOM_LOG_LEVEL, { role: 'job', pid: process.pid })));
  const database = new Database(settings.DATABASE_URL, 'naboom:job');
  const clock = new SharedClock();
  await clock.follow(database);
  const close = async () => {
    clock.stop();
    await database.close();
  };
  return { handlers: jobHandlers(settings, database, clock), close };
});
