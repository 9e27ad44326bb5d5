import { keys } from '../redis/redis.keys.js';
import type { RoleClient } from '../redis/role-client.js';
import { within } from '../time-limit.js';
import type { Session } from './session.js';

/** Never prolonged: a copy is read anew from the record once a day at least. Seconds. */
const TTL_SECONDS = 86_400;
/** A Redis that hangs costs a request no more than this; then Postgres is asked. */
const READ_MS = 100;
const FORGET_MS = 500;
/** Of the form below; another version's copies are misses. */
const VERSION = 1;

/**
 * Copies of sessions, or of API keys, in Redis (db 3), so that Postgres is not asked at every request, and need not be
 * there. They may be missing or old at any time: who reads one asks {@link DirectoryChanges} whether it is still current.
 */
export class SessionCopies<Copied = Session> {
  constructor(private readonly redis: RoleClient) {}

  /** Undefined also when Redis is away; never rejects. */
  async read(tokenHash: Buffer): Promise<Copied | undefined> {
    try {
      const text = await within(READ_MS, this.redis.get(keys.session(tokenHash)));
      const copy = text === null ? undefined : (JSON.parse(text) as { version?: unknown; session?: Copied });
      return copy?.version === VERSION ? copy.session : undefined;
    } catch {
      return undefined;
    }
  }

  /** Never rejects. */
  async write(tokenHash: Buffer, session: Copied): Promise<void> {
    const text = JSON.stringify({ version: VERSION, session });
    await this.redis.set(keys.session(tokenHash), text, 'EX', TTL_SECONDS).catch(ignore);
  }

  /** Never rejects: with Redis away, the change that was recorded makes the copies worthless. */
  async forget(tokenHashes: readonly Buffer[]): Promise<void> {
    if (tokenHashes.length === 0) return;
    await within(FORGET_MS, this.redis.unlink(tokenHashes.map((hash) => keys.session(hash)))).catch(ignore);
  }
}

function ignore(): void {
  // Postgres is the record; the connection itself reports what is wrong with it.
}
