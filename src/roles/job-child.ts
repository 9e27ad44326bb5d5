import { Logger } from '../observability/nest-log.js';
import { systemClock } from '../clock.js';
import { Database } from '../database/database.js';
import { LogWriter } from '../alerts/log-writer.js';
import { Escalate } from '../escalation/escalate.js';
import { DeliverWebhooks } from '../notifications/deliver-webhooks.js';
import { Deliveries } from '../notifications/deliveries.js';
import { AllowedHosts, systemResolve } from '../notifications/webhook-target.js';
import { createLogger, NestLogger } from '../observability/logger.js';
import type { JobSettings } from '../queues/job-settings.js';
import { serveTasks } from '../queues/task-child.js';
import { PruneLog } from '../retention/prune-log.js';
import { ApplyShifts } from '../schedules/apply-shifts.js';

// The process that runs jobs, forked by a worker: every job's handler is named here, once.
serveTasks<JobSettings>((settings) => {
  Logger.overrideLogger(new NestLogger(createLogger(settings.NABOOM_LOG_LEVEL, { role: 'job', pid: process.pid })));
  const database = new Database(settings.DATABASE_URL, 'naboom:job');
  const clock = systemClock;
  const webhooks = {
    urls: settings.NABOOM_WEBHOOK_URLS,
    secret: settings.NABOOM_WEBHOOK_SECRET ?? '',
    allowed: new AllowedHosts(settings.NABOOM_WEBHOOK_ALLOWED_HOSTS),
    resolve: systemResolve,
  };
  return {
    handlers: [
      new DeliverWebhooks({ deliveries: new Deliveries(database), clock, settings: webhooks }),
      new Escalate({ database, log: new LogWriter(database), clock }),
      new PruneLog({ database, clock, retentionDays: settings.NABOOM_RETENTION_DAYS }),
      new ApplyShifts({ database, clock }),
    ],
    close: () => database.close(),
  };
});
