import { LogWriter } from '../alerts/log-writer.js';
import { channelSenders } from '../channels/channel-senders.js';
import { NotificationLedger } from '../channels/notification-ledger.js';
import { SEND_LIMITS, SendNotifications } from '../channels/send-notifications.js';
import { BalanceSms } from '../channels/sms/balance-sms.js';
import { smsOrder } from '../channels/sms/sms-order.js';
import { smsProviders } from '../channels/sms/sms-providers.js';
import type { Clock } from '../clock.js';
import { codeKey, newCode } from '../contacts/contact-code.js';
import type { Database } from '../database/database.js';
import { AuditEscalations } from '../escalation/audit-escalations.js';
import { Escalate } from '../escalation/escalate.js';
import { DeliverWebhooks } from '../notifications/deliver-webhooks.js';
import { Deliveries } from '../notifications/deliveries.js';
import { AllowedHosts, systemResolve } from '../notifications/webhook-target.js';
import type { JobHandler } from '../queues/job-handler.js';
import type { JobSettings } from '../queues/job-settings.js';
import { PruneLog } from '../retention/prune-log.js';
import { ApplyShifts } from '../schedules/apply-shifts.js';

/** The code of every job; each is named here, once. */
export function jobHandlers(settings: JobSettings, database: Database, clock: Clock): JobHandler[] {
  return [
    ...deliveryJobs(settings, database, clock),
    new Escalate({ database, log: new LogWriter(database), clock }),
    new AuditEscalations({ database, clock }),
    new PruneLog({ database, clock, retentionDays: settings.NABOOM_RETENTION_DAYS }),
    new ApplyShifts({ database, clock }),
  ];
}

/** All that goes out. */
function deliveryJobs(settings: JobSettings, database: Database, clock: Clock): JobHandler[] {
  const reachable = { allowed: new AllowedHosts(settings.NABOOM_WEBHOOK_ALLOWED_HOSTS), resolve: systemResolve };
  const webhooks = { urls: settings.NABOOM_WEBHOOK_URLS, secret: settings.NABOOM_WEBHOOK_SECRET ?? '', ...reachable };
  const { attemptMs: limitMs } = SEND_LIMITS;
  const key = Buffer.from(settings.receiptKey, 'base64');
  return [
    new DeliverWebhooks({ deliveries: new Deliveries(database), clock, settings: webhooks }),
    new SendNotifications({
      ledger: new NotificationLedger(database),
      senders: channelSenders(settings, { reachable, smsOrder: smsOrder(database, clock), clock, limitMs }),
      newCode: (delivery, now) => newCode({ database, key: codeKey(key) }, delivery, now),
      receiptKey: key,
      publicUrl: settings.NABOOM_PUBLIC_URL,
      clock,
    }),
    new BalanceSms({ database, clock, providers: smsProviders(settings, clock).map(({ name }) => name) }),
  ];
}
