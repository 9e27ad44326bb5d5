import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertStream } from '../../src/alerts/alert-stream.js';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { producerOptions } from '../../src/queues/queue-options.js';
import type { QueueName } from '../../src/queues/queue-map.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { createTestDatabase } from './test-database.js';
import { startTestRedis, type TestRedis } from './test-redis.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from './webhook-receiver.js';

/** Real servers, a receiver, and this test's own hands on the log. */
export interface JobBench {
  readonly redis: TestRedis;
  readonly database: Database;
  readonly log: AlertLog;
  readonly receiver: WebhookReceiver;
  /** What a worker on these servers is started with. */
  readonly env: Record<string, string>;
  admin: Redis;
  queue(name: QueueName): Queue;
  /** Publishes what this process commits to the streams, as an API process does. */
  publish(): void;
  close(): Promise<void>;
}

export async function openJobBench(): Promise<JobBench> {
  const [redis, testDatabase, receiver] = await Promise.all([
    startTestRedis(),
    createTestDatabase(),
    startWebhookReceiver(WEBHOOK_SECRET),
  ]);
  const env = {
    ...redis.env,
    DATABASE_URL: testDatabase.url,
    NABOOM_LOG_LEVEL: 'info',
    NABOOM_WEBHOOK_URLS: receiver.url(),
    NABOOM_WEBHOOK_SECRET: WEBHOOK_SECRET,
    NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  };
  const config = loadConfig({ ...env, NABOOM_OPERATOR_KEY: 'operator-key-of-a-job-test' });
  const database = new Database(testDatabase.url);
  const log = new AlertLog(database);
  const realtime = new RoleConnections('realtime', config.redis.roles.realtime);
  const queues: Queue[] = [];
  return {
    redis,
    database,
    log,
    receiver,
    env,
    admin: redis.admin(),
    queue(name) {
      const queue = new Queue(name, producerOptions(config, name));
      queue.on('error', () => undefined);
      queues.push(queue);
      return queue;
    },
    publish() {
      realtime.connect();
      const stream = new AlertStream(realtime);
      log.onCommit((entries) => void stream.add(entries).catch(() => undefined));
    },
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
      await Promise.all([realtime.close(), receiver.close(), database.close()]);
      await Promise.all([redis.stop(), testDatabase.drop()]);
    },
  };
}
