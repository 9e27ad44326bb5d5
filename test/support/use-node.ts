import { AlertsClient } from './alerts-client.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { startTestNode, type TestNode } from './test-node.js';
import { startTestRedis, type TestRedis } from './test-redis.js';

/** An API node with a Redis and a database of its own, and somebody to speak to it. */
export interface UsedNode {
  readonly node: TestNode;
  readonly redis: TestRedis;
  readonly databaseUrl: string;
  readonly client: AlertsClient;
}

/** Starts them (with more of `env`) before the tests of this file and ends them afterwards; call the result in a test. */
export function useNode(env: Readonly<Record<string, string>> = {}): () => UsedNode {
  let database: TestDatabase | undefined;
  let redis: TestRedis | undefined;
  let used: UsedNode | undefined;
  beforeAll(async () => {
    [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
    const node = await startTestNode({ env: { ...redis.env, DATABASE_URL: database.url, ...env } });
    used = { node, redis, databaseUrl: database.url, client: new AlertsClient(node.url) };
  });
  afterAll(async () => {
    await used?.node.stop();
    await redis?.stop();
    await database?.drop();
  });
  return () => {
    if (!used) throw new Error('the node is there only while tests run');
    return used;
  };
}
