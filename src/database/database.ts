import { createRequire } from 'node:module';
import { Logger } from '../observability/nest-log.js';
import type { DrizzleQueryError } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg, {
  type ClientBase,
  type PoolClient,
  type PoolConfig,
  type QueryConfig,
  type QueryResult,
  type QueryResultRow,
} from 'pg';
import { AppError } from '../errors/app-error.js';

const CONNECT_TIMEOUT_MS = 2000;
const STATEMENT_TIMEOUT_MS = 3000;
const RETRY_AFTER_SECONDS = 2;

/** SQLSTATE classes that say nothing about the query itself: connection, resources, operator intervention. */
const UNAVAILABLE_CLASSES = ['08', '53', '57', '58', '25P03'];

/**
 * The writer's statements look rows up by key, a few or a hundred: the plan by index is right for them, whatever the
 * size of the tables. Planned anew for each batch, its read costs 760 us of CPU instead of 130; and a plan that is made
 * while the tables are empty must not go on scanning them when they have grown.
 */
const WRITER_PLANS = `set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off;
  set enable_mergejoin = off`;

/** Drizzle only where somebody reads by it: a process that runs jobs does not, and starts with 0.1 s of CPU less. */
const load = createRequire(import.meta.url);

type Durability = 'full' | 'relaxed';
const BEGIN: Record<Durability, string> = {
  full: 'begin',
  relaxed: 'begin; set local synchronous_commit = off',
};

/** `onConnect` is awaited before a new connection is handed out; the driver's types do not know it yet. */
type PoolSettings = PoolConfig & { readonly onConnect?: (client: ClientBase) => Promise<void> };

/** Postgres. The writer of the log has its own connections, so that no read can make a panic wait. */
export class Database {
  readonly pool: pg.Pool;
  readonly writers: pg.Pool;
  #drizzle: NodePgDatabase | undefined;
  readonly #logger = new Logger('Database');

  constructor(url: string, applicationName = 'naboom') {
    this.pool = this.#open(url, { max: 8, application_name: applicationName });
    const onConnect = async (client: ClientBase) => void (await client.query(WRITER_PLANS));
    this.writers = this.#open(url, { max: 2, application_name: `${applicationName}:log`, onConnect });
  }

  /** @throws AppError DATABASE_UNAVAILABLE when Postgres is away or too slow; other errors as they are */
  async query<R extends QueryResultRow>(query: QueryConfig): Promise<QueryResult<R>> {
    return unavailableAsAppError(() => this.pool.query<R>(query));
  }

  /** Runs a typed query. Errors as of {@link query}. */
  async read<T>(query: (db: NodePgDatabase) => PromiseLike<T>): Promise<T> {
    return unavailableAsAppError(async () => {
      try {
        return await query(this.db);
      } catch (error) {
        // Drizzle wraps the driver's error, and its message repeats the parameters.
        throw isDrizzleError(error) ? (error.cause ?? error) : error;
      }
    });
  }

  /**
   * Runs `work` in a transaction of the general pool. Errors as of {@link query}.
   * @param durability `relaxed` for what may be done again after a crash of Postgres: its commit waits for no fsync
   */
  async transaction<T>(work: (client: PoolClient) => Promise<T>, durability: Durability = 'full'): Promise<T> {
    return unavailableAsAppError(async () => runTransaction(await this.pool.connect(), work, durability));
  }

  get db(): NodePgDatabase {
    if (!this.#drizzle) {
      const { drizzle } = load('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres');
      this.#drizzle = drizzle({ client: this.pool });
    }
    return this.#drizzle;
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.end(), this.writers.end()]);
  }

  #open(url: string, options: PoolSettings): pg.Pool {
    const pool = new pg.Pool({
      connectionString: url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: STATEMENT_TIMEOUT_MS + 1000,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      ...options,
    });
    // Without listeners, on the pool for idle connections and on each for busy ones, a Postgres that stops ends this
    // process as well. Whoever waits for an answer of a busy one gets the error too.
    pool.on('error', ({ message }) => this.#logger.warn({ reason: message }, 'lost an idle Postgres connection'));
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }
}

/** By name: the class itself would have to be loaded. */
function isDrizzleError(error: unknown): error is DrizzleQueryError {
  return error instanceof Error && error.constructor.name === 'DrizzleQueryError';
}

async function runTransaction<T>(
  client: PoolClient,
  work: (client: PoolClient) => Promise<T>,
  durability: Durability,
): Promise<T> {
  let broken: Error | undefined;
  try {
    await client.query(BEGIN[durability]);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
    throw error;
  } finally {
    client.release(broken);
  }
}

/** True when Postgres, not the query, is the trouble: away, starting, stopping, full or too slow. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'DATABASE_UNAVAILABLE';
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  if (code && /^[0-9A-Z]{5}$/.test(code)) return UNAVAILABLE_CLASSES.some((prefix) => code.startsWith(prefix));
  if (code) return true; // ECONNREFUSED, ECONNRESET and their kin
  return /timeout|terminated|Connection|ended/i.test(message ?? '');
}

/** SQLSTATE classes of a server that refuses everybody: no rights, no schema, read-only, a lock, damaged. */
const REFUSING_CLASSES = ['25', '28', '3D', '42', '55', 'XX'];

/** True when Postgres can store nothing now, whatever it is: {@link isUnavailable}, or it refuses everybody. */
export function storesNothing(error: unknown): boolean {
  const code = String((error as { code?: unknown } | null)?.code);
  return isUnavailable(error) || REFUSING_CLASSES.some((prefix) => code.length === 5 && code.startsWith(prefix));
}

/** The error to answer with while Postgres is away. */
export function databaseUnavailable(cause: unknown): AppError {
  return new AppError('DATABASE_UNAVAILABLE', undefined, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS });
}

async function unavailableAsAppError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isUnavailable(error) && !(error instanceof AppError) ? databaseUnavailable(error) : error;
  }
}
