import { Logger } from '@nestjs/common';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import { Database } from '../../src/database/database.js';
import {
  DELIVERY_LIMITS,
  DeliverWebhooks,
  type DeliveryOutcomes,
  type WebhookSettings,
} from '../../src/notifications/deliver-webhooks.js';
import { Deliveries } from '../../src/notifications/deliveries.js';
import { AllowedHosts, systemResolve } from '../../src/notifications/webhook-target.js';
import { raiseAlert } from './raise-alert.js';
import { TestClock } from './test-clock.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { WEBHOOK_SECRET } from './webhook-receiver.js';

const NEVER = new AbortController().signal;

export interface AttemptSetup {
  readonly limits?: Partial<typeof DELIVERY_LIMITS>;
  readonly settings?: Partial<WebhookSettings>;
  readonly signal?: AbortSignal;
  readonly deliveries?: Deliveries;
}

/** Deliveries in a real Postgres, attempted in this process by a clock that a test moves. */
export class DeliveryBench {
  /** Receivers refuse a signature of another time. */
  clock = new TestClock(new Date().toISOString());

  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly database: Database,
  ) {}

  static async open(): Promise<DeliveryBench> {
    Logger.overrideLogger(false);
    const testDatabase = await createTestDatabase();
    return new DeliveryBench(testDatabase, new Database(testDatabase.url));
  }

  get url(): string {
    return this.testDatabase.url;
  }

  /** No deliveries, and the present time. */
  async reset(): Promise<void> {
    this.clock = new TestClock(new Date().toISOString());
    await this.database.query({ text: 'delete from deliveries' });
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.testDatabase.drop();
  }

  /** An alert with its delivery to `target`; the delivery's id. */
  async deliveryTo(target: string): Promise<string> {
    const { database, clock } = this;
    await raiseAlert(new AlertLog(database), clock.now());
    const { head } = await new AlertReader(database).range();
    const range = { after: head - 1, through: head };
    const [row] = await database.transaction((client) =>
      new Deliveries(database).insert(client, range, [target], clock.now()),
    );
    return row!.id;
  }

  /** One run of the job for one delivery; what came of it. */
  async attempt(id: string, setup: AttemptSetup = {}): Promise<unknown> {
    const { notDue, ...outcomes } = await this.attemptAll([id], setup);
    if (notDue > 0) return { outcome: 'not due' };
    const [outcome] = Object.entries(outcomes).find(([, count]) => count > 0)!;
    return { outcome, attempts: (await this.row(id)).attempts };
  }

  /** One run of the job, with this machine as the only one allowed and every receiver configured. */
  async attemptAll(
    deliveryIds: readonly string[],
    { limits = {}, settings = {}, signal = NEVER, deliveries = new Deliveries(this.database) }: AttemptSetup = {},
  ): Promise<DeliveryOutcomes> {
    const { database, clock } = this;
    const targets = await database.query<{ target: string }>({ text: 'select target from deliveries' });
    const job = new DeliverWebhooks({
      deliveries,
      clock,
      settings: {
        urls: targets.rows.map(({ target }) => target),
        secret: WEBHOOK_SECRET,
        allowed: new AllowedHosts(['127.0.0.1']),
        resolve: systemResolve,
        ...settings,
      },
      limits: { ...DELIVERY_LIMITS, ...limits },
    });
    return job.run({ deliveryIds: [...deliveryIds] }, signal);
  }

  async row(id: string): Promise<{ status: string; attempts: number; lastError: string | null; waitMs: number }> {
    const { rows } = await this.database.query<{
      status: string;
      attempts: number;
      last_error: string | null;
      next_attempt_at: Date;
    }>({ text: 'select * from deliveries where id = $1', values: [id] });
    const { status, attempts, last_error: lastError, next_attempt_at: nextAttemptAt } = rows[0]!;
    return { status, attempts, lastError, waitMs: nextAttemptAt.getTime() - this.clock.now().getTime() };
  }
}
