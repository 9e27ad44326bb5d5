import type { ClientBase } from 'pg';
import { sessionsEnded } from '../directory-changes/directory-change.js';
import type { Database } from '../database/database.js';
import type { Membership } from './roles.js';
import type { Session, SessionSummary, WhichSessions } from './session.js';

/** A new session; `now` and `expiresAt` by the clock of this process. */
export interface NewSession {
  readonly tokenHash: Buffer;
  readonly id: string;
  readonly userId: string;
  readonly userAgent: string | undefined;
  readonly now: Date;
  readonly expiresAt: Date;
}

interface SessionRow {
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly phone: string | null;
  readonly operator: boolean;
  readonly expires_at: Date;
  readonly memberships: Membership[];
  readonly duties: string[];
  readonly home_areas: string[];
  readonly read_at: number;
}

/** The record of who is signed in. */
export class SessionRecords {
  constructor(private readonly database: Database) {}

  async create({ tokenHash, id, userId, userAgent, now, expiresAt }: NewSession): Promise<void> {
    await this.database.query({
      name: 'create-session',
      text: `insert into sessions (token_hash, id, user_id, user_agent, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6)`,
      values: [tokenHash, id, userId, userAgent ?? null, now, expiresAt],
    });
  }

  /** The session with its person's rights; undefined when it has ended or its user is disabled. */
  async read(tokenHash: Buffer, now: Date): Promise<Session | undefined> {
    const { rows } = await this.database.query<SessionRow>({
      name: 'read-session',
      text: `select s.id, s.user_id, s.expires_at, u.name, u.phone, u.operator,
                    (extract(epoch from now()) * 1000)::float8 as read_at,
                    coalesce((select json_agg(json_build_object('organisationId', organisation_id, 'role', role))
                                from memberships where user_id = u.id), '[]') as memberships,
                    coalesce((select json_agg(area_id) from duties where user_id = u.id), '[]') as duties,
                    coalesce((select json_agg(area_id) from home_areas where user_id = u.id), '[]') as home_areas
               from sessions s join users u on u.id = s.user_id
              where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null`,
      values: [tokenHash, now],
    });
    const [row] = rows;
    if (!row) return undefined;
    const { id, user_id: userId, name, operator, expires_at: expiresAt, memberships, duties, read_at: readAt } = row;
    const phone = row.phone === null ? {} : { phone: row.phone };
    const person = { id: userId, name, ...phone, memberships, duties, homeAreas: row.home_areas };
    return { id, person, operator, expiresAt: expiresAt.toISOString(), readAt };
  }

  async prolong(tokenHash: Buffer, expiresAt: Date): Promise<void> {
    await this.database.query({
      name: 'prolong-session',
      text: 'update sessions set expires_at = $2 where token_hash = $1 and expires_at < $2',
      values: [tokenHash, expiresAt],
    });
  }

  /** Those that have not expired, the newest first. */
  async list(userId: string, now: Date): Promise<SessionSummary[]> {
    const { rows } = await this.database.query<{
      id: string;
      user_agent: string | null;
      created_at: Date;
      expires_at: Date;
    }>({
      name: 'list-sessions',
      text: `select id, user_agent, created_at, expires_at from sessions
              where user_id = $1 and expires_at > $2 order by created_at desc, id`,
      values: [userId, now],
    });
    return rows.map(({ id, user_agent: userAgent, created_at: createdAt, expires_at: expiresAt }) => ({
      id,
      userAgent,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }));
  }
}

/** Ends sessions inside a transaction and records it. @returns the hashes of their tokens */
export async function endSessions(client: ClientBase, { userId, only, except }: WhichSessions): Promise<Buffer[]> {
  const { rows } = await client.query<{ id: string; token_hash: Buffer }>({
    name: 'end-sessions',
    text: `delete from sessions
            where user_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or id <> $3)
            returning id, token_hash`,
    values: [userId, only ?? null, except ?? null],
  });
  await sessionsEnded(
    client,
    rows.map(({ id }) => id),
  );
  return rows.map(({ token_hash: hash }) => hash);
}
