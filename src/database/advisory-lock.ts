import type { PoolClient } from 'pg';
import type { Database } from './database.js';

/**
 * A Postgres advisory lock: held by one session over all processes, and gone with that session. The holder may learn
 * late that it lost it, so whatever it guards must check its own row as well.
 */
export class AdvisoryLock {
  readonly #lost = new AbortController();

  private constructor(
    private readonly client: PoolClient,
    private readonly id: number,
  ) {
    client.on('error', () => this.#lost.abort());
    client.on('end', () => this.#lost.abort());
  }

  /**
   * The lock, or undefined when somebody else holds it. Throws when Postgres is away.
   * @param idleMs the server frees the lock of a holder that does not {@link check} it for as long: a process that is
   *   frozen keeps its connection, and would keep everybody else from the work for ever
   */
  static async tryTake(database: Database, id: number, idleMs = 0): Promise<AdvisoryLock | undefined> {
    const client = await database.pool.connect();
    try {
      // A machine that lost its power sends no goodbye: the server looks itself, and frees the lock after about 11 s.
      await client.query(`set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
        set idle_session_timeout = ${idleMs}`);
      const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [id]);
      if (rows[0]?.taken) return new AdvisoryLock(client, id);
      await client.query('reset idle_session_timeout');
      client.release();
      return undefined;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }

  /** Works under the lock, where nobody else holds it; releases it however the work ends. */
  static async whileHeld(
    database: Database,
    id: number,
    idleMs: number,
    work: (lock: AdvisoryLock) => Promise<void>,
  ): Promise<void> {
    const lock = await AdvisoryLock.tryTake(database, id, idleMs);
    if (!lock) return;
    try {
      await work(lock);
    } finally {
      await lock.release();
    }
  }

  /** Aborts when the session, and with it the lock, is gone. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Asks the server; aborts `lost` when it does not answer. */
  async check(): Promise<void> {
    await this.client.query('select 1').catch(() => this.#lost.abort());
  }

  async release(): Promise<void> {
    if (!this.lost.aborted) {
      await this.client.query('select pg_advisory_unlock($1)', [this.id]).catch(() => this.#lost.abort());
    }
    // Not back into the pool: a session that may still hold the lock must end.
    this.client.release(true);
  }
}
