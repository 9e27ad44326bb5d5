import { Logger } from '../observability/nest-log.js';
import { channelSenders } from '../channels/channel-senders.js';
import { NotificationLedger } from '../channels/notification-ledger.js';
import { SEND_LIMITS, SendNotifications } from '../channels/send-notifications.js';
import { BalanceSms } from '../channels/sms/balance-sms.js';
import { smsOrder } from '../channels/sms/sms-order.js';
import { smsProviders } from '../channels/sms/sms-providers.js';
import { systemClock, type Clock } from '../clock.js';
import { newCode } from '../contacts/contact-code.js';
import { Database } from '../database/database.js';
import { AuditEscalations } from '../escalation/audit-escalations.js';
import { LogWriter } from '../alerts/log-writer.js';
import { Escalate } from '../escalation/escalate.js';
import { DeliverWebhooks } from '../notifications/deliver-webhooks.js';
import { Deliveries } from '../notifications/deliveries.js';
import { AllowedHosts, systemResolve } from '../notifications/webhook-target.js';
import { createLogger, NestLogger } from '../observability/logger.js';
import type { JobHandler } from '../queues/job-handler.js';
import type { JobSettings } from '../queues/job-settings.js';
import { serveTasks } from '../queues/task-child.js';
import { PruneLog } from '../retention/prune-log.js';
import { ApplyShifts } from '../schedules/apply-shifts.js';

// The process that runs jobs, forked by a worker: every job's handler is named here, once.
serveTasks<JobSettings>((settings) => {
  Logger.overrideLogger(new NestLogger(createLogger(settings.NABOOM_LOG_LEVEL, { role: 'job', pid: process.pid })));
  const database = new Database(settings.DATABASE_URL, 'naboom:job');
  const clock = systemClock;
  return {
    handlers: [
      ...deliveryJobs(settings, database, clock),
      new AuditEscalations({ database, clock }),
      new Escalate({ database, log: new LogWriter(database), clock }),
      new PruneLog({ database, clock, retentionDays: settings.NABOOM_RETENTION_DAYS }),
      new ApplyShifts({ database, clock }),
    ],
    close: () => database.close(),
  };
});

/** All that goes out. */
function deliveryJobs(settings: JobSettings, database: Database, clock: Clock): JobHandler[] {
  const reachable = { allowed: new AllowedHosts(settings.NABOOM_WEBHOOK_ALLOWED_HOSTS), resolve: systemResolve };
  const webhooks = { urls: settings.NABOOM_WEBHOOK_URLS, secret: settings.NABOOM_WEBHOOK_SECRET ?? '', ...reachable };
  const { attemptMs: limitMs } = SEND_LIMITS;
  return [
    new DeliverWebhooks({ deliveries: new Deliveries(database), clock, settings: webhooks }),
    new SendNotifications({
      ledger: new NotificationLedger(database),
      senders: channelSenders(settings, { reachable, smsOrder: smsOrder(database, clock), limitMs }),
      newCode: (contactId, now) => newCode(database, contactId, now),
      receiptKey: Buffer.from(settings.receiptKey, 'base64'),
      publicUrl: settings.NABOOM_PUBLIC_URL,
      clock,
    }),
    new BalanceSms({ database, clock, providers: smsProviders(settings).map(({ name }) => name) }),
  ];
}
