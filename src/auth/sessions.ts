import { v7 as uuidv7 } from 'uuid';
import type { PoolClient } from 'pg';
import type { Clock } from '../clock.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { Logger } from '../observability/nest-log.js';
import type { SessionCopies } from './session-copies.js';
import { endSessions, type SessionRecords } from './session-records.js';
import type { Session, SessionSummary, WhichSessions } from './session.js';
import { newToken, SESSION_PREFIX, tokenHash } from './tokens.js';

const DAY_MS = 86_400_000;
/** A session ends when it was not used for so long. */
export const SESSION_DAYS = 30;
/** Written at most once a day. */
const PROLONG_BELOW_MS = (SESSION_DAYS - 1) * DAY_MS;
const USER_AGENT_MAX = 300;

/** A session that has just begun; the token is told once. */
export interface StartedSession {
  readonly token: string;
  readonly id: string;
  readonly expiresAt: string;
}

export interface SessionsParts {
  readonly records: SessionRecords;
  readonly copies: SessionCopies;
  readonly changes: DirectoryChanges;
  readonly clock: Clock;
}

/** Who is signed in: Postgres has the record, Redis fast copies. */
export class Sessions {
  readonly #logger = new Logger('Sessions');

  constructor(private readonly parts: SessionsParts) {}

  async start(userId: string, userAgent: string | undefined): Promise<StartedSession> {
    const token = newToken(SESSION_PREFIX);
    const now = this.parts.clock.now();
    const expiresAt = this.#expiry(now);
    const id = uuidv7({ msecs: now.getTime() });
    const shown = userAgent?.replaceAll('\0', '').toWellFormed().slice(0, USER_AGENT_MAX);
    await this.parts.records.create({ tokenHash: tokenHash(token), id, userId, userAgent: shown, now, expiresAt });
    return { token, id, expiresAt: expiresAt.toISOString() };
  }

  /**
   * The session of a token; undefined when there is none, or no more.
   * @throws AppError DATABASE_UNAVAILABLE when neither a current copy nor the record can be read
   */
  async find(token: string): Promise<Session | undefined> {
    const { copies, changes, records, clock } = this.parts;
    const hash = tokenHash(token);
    const now = clock.now();
    const copy = await copies.read(hash);
    if (copy && this.#isValid(copy, now) && changes.isCurrent(rememberedOf(copy))) return copy;
    const session = await records.read(hash, now);
    if (!session) return undefined;
    void copies.write(hash, session); // never rejects, and nobody needs to wait for it
    void this.#prolong(hash, session, now); // the same
    return session;
  }

  list(userId: string): Promise<SessionSummary[]> {
    return this.parts.records.list(userId, this.parts.clock.now());
  }

  /** Ends sessions on every node. @returns how many there were */
  async end(which: WhichSessions): Promise<number> {
    return this.endAfter(async (client) => endSessions(client, which));
  }

  /** Ends the sessions whose hashes `work` returns, once its transaction is committed. @returns how many there were */
  async endAfter(work: (client: PoolClient) => Promise<readonly Buffer[]>): Promise<number> {
    const hashes = await this.parts.changes.transaction(work);
    await this.parts.copies.forget(hashes);
    return hashes.length;
  }

  #isValid({ expiresAt }: Session, now: Date): boolean {
    return new Date(expiresAt) > now;
  }

  /** Never rejects. */
  async #prolong(hash: Buffer, { expiresAt }: Session, now: Date): Promise<void> {
    if (new Date(expiresAt).getTime() - now.getTime() > PROLONG_BELOW_MS) return;
    try {
      await this.parts.records.prolong(hash, this.#expiry(now));
    } catch (error) {
      this.#logger.warn({ err: error }, 'a session could not be prolonged; its next use tries again');
    }
  }

  #expiry(now: Date): Date {
    return new Date(now.getTime() + SESSION_DAYS * DAY_MS);
  }
}

function rememberedOf({ id, person, readAt }: Session) {
  return { readAt, userId: person.id, sessionId: id };
}
