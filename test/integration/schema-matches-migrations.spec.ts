import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { Database } from '../../src/database/database.js';
import { countPendingMigrations, migrate } from '../../src/database/migrate.js';
import * as notificationSchema from '../../src/database/notification-schema.js';
import * as schema from '../../src/database/schema.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

describe('the schema in code and the migrations', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    database = new Database(testDatabase.url);
  });

  afterAll(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('agree on every table and column', async () => {
    const { rows } = await database.query<Column & Record<string, unknown>>({
      text: `select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
                    not a.attnotnull as nullable
               from pg_attribute a join pg_class c on c.oid = a.attrelid
              where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0`,
    });
    const inCode = Object.values({ ...schema, ...notificationSchema }).flatMap((table) => columnsOf(table as PgTable));
    expect(rows.sort(byName)).toEqual(inCode.sort(byName));
  });

  it('are applied once, also by many processes at the same time', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(testDatabase.url)));
    expect(await countPendingMigrations(testDatabase.url)).toBe(0);
    const heads = await database.query({ text: 'select * from log_head' });
    expect(heads.rowCount).toBe(1);
  });

  it('a process outlives the loss of the connection in which it migrates', async () => {
    const { hostname, port } = new URL(testDatabase.url);
    const path = await startTcpProxy({ host: hostname, port: Number(port) });
    const holder = await database.pool.connect();
    try {
      await holder.query('select pg_advisory_lock(4118362)');
      const url = new URL(testDatabase.url);
      url.port = String(path.port);
      const failure = migrate(url.href).then(
        () => 'none',
        (error: Error) => error.message,
      );
      const waiting = `select 1 from pg_locks where locktype = 'advisory' and not granted
                          and database = (select oid from pg_database where datname = current_database())`;
      await eventually(async () => (await holder.query(waiting)).rowCount === 1);
      await path.cut();
      expect(await failure).toContain('terminated');
    } finally {
      holder.release(true);
      await path.close();
    }
  });
});

function columnsOf(table: PgTable): Column[] {
  const { name, columns } = getTableConfig(table);
  return columns.map((column) => ({
    table: name,
    name: column.name,
    type: column.getSQLType().replace('timestamp (3)', 'timestamp(3)'),
    nullable: !column.notNull,
  }));
}

function byName(a: Column, b: Column): number {
  return `${a.table}.${a.name}`.localeCompare(`${b.table}.${b.name}`);
}
