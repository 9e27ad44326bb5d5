import pg from 'pg';
import { countPendingMigrations } from '../database/migrate.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { OLDEST_POSTGRES } from './supported-versions.js';

const CONNECT_WITHIN_MS = 3000;

/** Login, version, durability and schema of Postgres. */
export async function checkPostgres(databaseUrl: string): Promise<AclCheck[]> {
  const subject = 'postgres';
  const settings = await readSettings(databaseUrl);
  if ('problem' in settings) return [checked(subject, 'signs in', [settings.problem])];
  return [
    checked(subject, 'signs in', []),
    checked(subject, `version ${settings.version}`, versionComplaints(settings.version)),
    checked(subject, 'commits durably', durabilityComplaints(settings)),
    checked(subject, 'schema is up to date', await schemaComplaints(databaseUrl)),
  ];
}

async function schemaComplaints(databaseUrl: string): Promise<string[]> {
  try {
    const pending = await countPendingMigrations(databaseUrl);
    return pending === 0 ? [] : [`${pending} migration(s) pending: "npm start" or the api role applies them`];
  } catch (error) {
    return [describePostgresFailure(error, databaseUrl)];
  }
}

/** Why Postgres cannot be used, in one line; undefined when it can. */
export async function postgresProblem(databaseUrl: string): Promise<string | undefined> {
  const settings = await readSettings(databaseUrl);
  if ('problem' in settings) return settings.problem;
  return versionComplaints(settings.version)[0];
}

interface Settings {
  readonly version: string;
  readonly fsync: string;
  readonly commit: string;
}

async function readSettings(databaseUrl: string): Promise<Settings | { problem: string }> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_WITHIN_MS,
      query_timeout: CONNECT_WITHIN_MS,
    });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<Settings>(
      `select current_setting('server_version') as version, current_setting('fsync') as fsync,
              current_setting('synchronous_commit') as commit`,
    );
    return rows[0] ?? { problem: 'Postgres gives no answer' };
  } catch (error) {
    return { problem: describePostgresFailure(error, databaseUrl) };
  } finally {
    await client?.end().catch(() => undefined);
  }
}

function versionComplaints(version: string): string[] {
  if (Number.parseInt(version, 10) >= OLDEST_POSTGRES) return [];
  return [
    `Postgres is version ${version}, but ${OLDEST_POSTGRES} or later is needed: upgrade it, or leave DATABASE_URL empty so that "npm start" starts one`,
  ];
}

function durabilityComplaints({ fsync, commit }: Settings): string[] {
  return [
    ...(fsync === 'on' ? [] : ['fsync is off: a power cut can lose acknowledged alerts; set fsync = on']),
    ...(commit === 'off' ? ['synchronous_commit is off: a crash can lose acknowledged alerts; set it on'] : []),
  ];
}

function describePostgresFailure(error: unknown, databaseUrl: string): string {
  const { code = '' } = error as { code?: string };
  const where = URL.canParse(databaseUrl) ? new URL(databaseUrl).host : 'its address';
  if (code === '28P01' || code === '28000')
    return `Postgres at ${where} refuses the login: correct user and password in DATABASE_URL`;
  if (code === '3D000') return `Postgres at ${where} has no such database: create it, or correct DATABASE_URL`;
  if (code === '42501') return `The Postgres user at ${where} lacks a permission: make it the owner of the database`;
  if (code === '57P03') return `Postgres at ${where} is still starting or stopping: wait and try again`;
  if (code === '53300') return `Postgres at ${where} has no free connection: raise max_connections`;
  if (code === 'ERR_INVALID_URL') return 'DATABASE_URL is not a URL: write postgres://user:password@host:port/name';
  if (code === 'ETIMEDOUT' || /time(d )?out/i.test(String((error as Error).message))) {
    return `Postgres at ${where} does not answer: is it hung, paused or overloaded, or does a firewall keep it away? It need not be started; "npm start" ends a hung one of its own`;
  }
  if (/^(E[A-Z_]+)$/.test(code) || /terminated/i.test(String((error as Error).message))) {
    return `Postgres cannot be reached at ${where}: start it, correct DATABASE_URL, or leave it empty so that "npm start" starts one`;
  }
  return `Postgres at ${where} answers with error ${code || 'of an unknown kind'}`;
}
