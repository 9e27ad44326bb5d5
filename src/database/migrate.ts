import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as runMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';

const MIGRATIONS = join(import.meta.dirname, 'migrations');
/** Two processes that migrate at once would fail on each other's catalogue rows. */
const MIGRATION_LOCK = 4_118_362;
/** Another process that migrates for longer hangs: say so instead of waiting with it. */
const LOCK_WAIT_SECONDS = 60;

async function withClient<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5000, keepAlive: true });
  // Without a listener, a Postgres that ends the session ends this process; whoever waits for an answer hears of it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Brings the schema up to date: forward only, one process at a time, nothing to do when it is. */
export async function migrate(databaseUrl: string): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(`set lock_timeout = '${LOCK_WAIT_SECONDS}s'`);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query('set lock_timeout = default');
    await runMigrations(drizzle({ client }), { migrationsFolder: MIGRATIONS });
  });
}

/** How many migrations this version has that the database has not. */
export async function countPendingMigrations(databaseUrl: string): Promise<number> {
  const journal = JSON.parse(readFileSync(join(MIGRATIONS, 'meta', '_journal.json'), 'utf8')) as { entries: unknown[] };
  return withClient(databaseUrl, async (client) => {
    const table = await client.query<{ found: string | null }>(
      `select to_regclass('drizzle.__drizzle_migrations') as found`,
    );
    if (!table.rows[0]?.found) return journal.entries.length;
    const applied = await client.query<{ count: number }>(
      'select count(*)::int as count from drizzle.__drizzle_migrations',
    );
    return Math.max(0, journal.entries.length - (applied.rows[0]?.count ?? 0));
  });
}
