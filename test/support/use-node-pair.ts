import type { Clock } from '../../src/clock.js';
import { closeClients } from './live-client.js';
import { PlantedPeople } from './planted-people.js';
import { startRealtimeNode, type RealtimeNode } from './realtime-node.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';
import { startTestRedis, type TestRedis } from './test-redis.js';

/** Two nodes of sockets over one Redis and one database. */
export interface NodePair {
  readonly one: RealtimeNode;
  readonly two: RealtimeNode;
  readonly redis: TestRedis;
}

/**
 * Starts them before the tests of this file and ends them afterwards, and the clients after each test; call the result
 * inside a test.
 * @param plant writes what the nodes find at their start, such as areas
 */
export function useNodePair(plant: (people: PlantedPeople) => Promise<void>, clock?: Clock): () => NodePair {
  let redis: TestRedis | undefined;
  let database: TestDatabase | undefined;
  let people: PlantedPeople | undefined;
  let nodes: RealtimeNode[] = [];
  let used: NodePair | undefined;
  beforeAll(async () => {
    [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
    people = new PlantedPeople(database.url);
    await plant(people);
    const options = { env: { ...redis.env, DATABASE_URL: database.url }, ...(clock ? { clock } : {}) };
    nodes = await Promise.all([startRealtimeNode(options), startRealtimeNode(options)]);
    used = { one: nodes[0]!, two: nodes[1]!, redis };
  });
  afterEach(closeClients);
  afterAll(async () => {
    await Promise.all([...nodes.map((node) => node.close()), people?.close()]);
    await Promise.all([redis?.stop(), database?.drop()]);
  });
  return () => {
    if (!used) throw new Error('the nodes are there only while tests run');
    return used;
  };
}
