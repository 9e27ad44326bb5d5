import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { testServers } from './test-servers.js';

/** A migrated, empty database of one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Ends its sessions and removes it. */
  drop(): Promise<void>;
}

/** Clones the migrated template of this run's Postgres. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(testServers().postgres.url);
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await runOnServer(template, `CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`);
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runOnServer(template, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runOnServer(server: URL, sql: string): Promise<void> {
  const url = new URL(server);
  url.pathname = '/postgres'; // a template may have no session of its own while it is cloned
  const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
