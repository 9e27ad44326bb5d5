import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import type { RaiseCommand } from '../../src/alerts/decide.js';
import { Database } from '../../src/database/database.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

type Two<T> = readonly [T, T];

/** The log as two nodes have it, over one database. */
export interface UsedLogs {
  readonly databaseUrl: string;
  readonly nodes: Two<Database>;
  readonly logs: Two<AlertLog>;
  readonly reader: AlertReader;
}

/** Opens them before the tests of this file and ends them afterwards; call the result in a test. */
export function useLogs(): () => UsedLogs {
  let database: TestDatabase | undefined;
  let used: UsedLogs | undefined;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await createTestDatabase();
    const { url } = database;
    const nodes: Two<Database> = [new Database(url), new Database(url)];
    const logs: Two<AlertLog> = [new AlertLog(nodes[0]), new AlertLog(nodes[1])];
    used = { databaseUrl: url, nodes, logs, reader: new AlertReader(nodes[0]) };
  });
  afterAll(async () => {
    await Promise.all(used?.nodes.map((node) => node.close()) ?? []);
    await database?.drop();
  });
  return () => {
    if (!used) throw new Error('the logs are there only while tests run');
    return used;
  };
}

/** A reporter's press under an id of its own. */
export const newPress = (command: Partial<RaiseCommand> = {}): RaiseCommand => ({
  type: 'raise',
  newId: uuidv7(),
  at: new Date().toISOString(),
  actor: { kind: 'reporter' },
  press: { test: false, verified: true },
  ...command,
});
