import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Press } from '../../src/alerts/alert.js';
import { AlertLog } from '../../src/alerts/alert-log.js';
import type { Channel } from '../../src/alerts/channel.js';
import { channelSenders, type ChannelSettings } from '../../src/channels/channel-senders.js';
import { NotificationLedger } from '../../src/channels/notification-ledger.js';
import { receiptKey } from '../../src/channels/receipt-token.js';
import { SEND_LIMITS, SendNotifications, type SendLimits } from '../../src/channels/send-notifications.js';
import { smsOrder } from '../../src/channels/sms/sms-order.js';
import { loadConfig } from '../../src/config/config.js';
import { codeKey, newCode } from '../../src/contacts/contact-code.js';
import { Database } from '../../src/database/database.js';
import { addNotice, addNoticeTo } from '../../src/notifications/notices.js';
import { AllowedHosts, systemResolve } from '../../src/notifications/webhook-target.js';
import { PlantedPeople } from './planted-people.js';
import { TestClock } from './test-clock.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const NEVER = new AbortController().signal;
export const BENCH_KEY = receiptKey('operator-key-of-a-notice-bench');

/** A delivery to a person as it stands. */
export interface NoticeRow {
  readonly id: string;
  readonly channel: Channel;
  readonly status: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly provider: string | null;
  readonly provider_ref: string | null;
  readonly held: boolean;
  readonly next_attempt_at: Date;
}

/** Messages to people in a real Postgres, sent in this process by a clock that a test moves. */
export class NoticeBench {
  /** Push services and webhooks refuse another time. */
  clock = new TestClock(new Date().toISOString());
  readonly people: PlantedPeople;

  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly database: Database,
  ) {
    this.people = new PlantedPeople(testDatabase.url);
  }

  static async open(): Promise<NoticeBench> {
    Logger.overrideLogger(false);
    const testDatabase = await createTestDatabase();
    return new NoticeBench(testDatabase, new Database(testDatabase.url));
  }

  get url(): string {
    return this.testDatabase.url;
  }

  async close(): Promise<void> {
    await this.people.close();
    await this.database.close();
    await this.testDatabase.drop();
  }

  /** Adds a contact behind those that the person has; its id. */
  async contact(userId: string, channel: Channel, address: string, keys?: object): Promise<string> {
    const id = uuidv7();
    await this.database.query({
      text: `insert into contacts (id, user_id, channel, address, keys, position, verified_at, created_at)
             select $1, $2, $3, $4, $5, count(*), now(), now() from contacts where user_id = $2`,
      values: [id, userId, channel, address, keys ? JSON.stringify(keys) : null],
    });
    return id;
  }

  /** Raises an alert; its id and the `seq` of the event. */
  async raise(press: Partial<Press> = {}): Promise<{ readonly alertId: string; readonly seq: number }> {
    const newId = uuidv7();
    const log = new AlertLog(this.database);
    await log.append({
      type: 'raise',
      newId,
      at: this.clock.now().toISOString(),
      actor: { kind: 'reporter' },
      press: { severity: 'critical', kind: 'fire', test: false, verified: true, ...press },
    });
    const { rows } = await this.database.query<{ seq: string }>({
      text: 'select seq from alerts where id = $1',
      values: [newId],
    });
    return { alertId: newId, seq: Number(rows[0]!.seq) };
  }

  /** Notes that these people are told of an alert; the ids of the deliveries. */
  async tell(
    alert: { alertId: string; seq: number },
    userIds: readonly string[],
    channels?: Channel[],
  ): Promise<string[]> {
    const notice = { kind: 'alert' as const, ...alert, userIds, ...(channels ? { channels } : {}) };
    const added = await this.database.transaction((client) => addNotice(client, notice, this.clock.now()));
    return added.map(({ id }) => id);
  }

  async tellOwn(kind: 'test' | 'code', contactId: string): Promise<string> {
    const added = await this.database.transaction((client) =>
      addNoticeTo(client, { kind, contactId }, this.clock.now()),
    );
    return added!.id;
  }

  /** The job as a worker has it, with this environment. */
  job(env: Record<string, string>, limits: Partial<SendLimits> = {}): SendNotifications {
    const { database, clock } = this;
    const config = loadConfig({
      DATABASE_URL: this.url,
      NABOOM_OPERATOR_KEY: 'operator-key-of-a-notice-bench',
      ...env,
    });
    const settings: ChannelSettings = config.env;
    const both = { ...SEND_LIMITS, ...limits };
    return new SendNotifications({
      ledger: new NotificationLedger(database),
      senders: channelSenders(settings, {
        reachable: { allowed: new AllowedHosts(['127.0.0.1']), resolve: systemResolve },
        smsOrder: smsOrder(database, clock),
        clock,
        limitMs: both.attemptMs,
      }),
      newCode: (delivery, now) => newCode({ database, key: codeKey(BENCH_KEY) }, delivery, now),
      receiptKey: BENCH_KEY,
      publicUrl: settings.NABOOM_PUBLIC_URL,
      clock,
      limits: both,
    });
  }

  async send(deliveryIds: readonly string[], env: Record<string, string>, limits?: Partial<SendLimits>) {
    return this.job(env, limits).run({ deliveryIds: [...deliveryIds] }, NEVER);
  }

  async row(id: string): Promise<NoticeRow> {
    const { rows } = await this.database.query<NoticeRow>({
      text: 'select * from deliveries where id = $1',
      values: [id],
    });
    return rows[0]!;
  }

  /** All deliveries of a person, in the order in which they were made. */
  async rowsOf(userId: string): Promise<NoticeRow[]> {
    const text = 'select * from deliveries where user_id = $1 order by id';
    return (await this.database.query<NoticeRow>({ text, values: [userId] })).rows;
  }
}
