import type { PoolClient } from 'pg';
import { endSessions } from '../auth/session-records.js';
import type { WhichSessions } from '../auth/session.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { accessChanged } from '../directory-changes/directory-change.js';
import { AppError } from '../errors/app-error.js';
import type { Login } from './login.js';
import type { Passwords } from './passwords.js';

/** An account as operators see it. */
export interface UserSummary {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly operator: boolean;
  readonly disabled: boolean;
  readonly createdAt: string;
}

interface UserAdministrationParts {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly clock: Clock;
  /** Runs a transaction that ends sessions; of {@link Sessions}, or of a command line without Redis. */
  readonly endAfter: (work: (client: PoolClient) => Promise<readonly Buffer[]>) => Promise<unknown>;
}

type UserRow = Omit<UserSummary, 'createdAt'> & { readonly createdAt: Date };

const SUMMARY = `select id, name, email, phone, operator, disabled_at is not null as disabled,
                        created_at as "createdAt" from users`;

/** What operators do with accounts. Each change reaches every node, and the user's sockets, within a second. */
export class UserAdministration {
  constructor(private readonly parts: UserAdministrationParts) {}

  /** Those whose name, e-mail or phone holds `query`, the newest first. */
  async find(query: string, limit: number, before?: string): Promise<UserSummary[]> {
    const like = `%${query
      .trim()
      .replaceAll('\0', '')
      .toWellFormed()
      .replace(/[\\%_]/g, String.raw`\$&`)}%`;
    const { rows } = await this.parts.database.query<UserRow>({
      name: 'find-users',
      text: `${SUMMARY} where (name ilike $1 or email ilike $1 or phone like $1) and ($3::uuid is null or id < $3)
             order by id desc limit $2`,
      values: [like, limit, before ?? null],
    });
    return rows.map((row) => ({ ...row, createdAt: row.createdAt.toISOString() }));
  }

  /** @throws AppError NOT_FOUND */
  async byLogin(login: Login): Promise<UserSummary> {
    const [column, value] = 'email' in login ? ['email', login.email] : ['phone', login.phone];
    const { rows } = await this.parts.database.query<UserRow>({
      text: `${SUMMARY} where ${column} = $1`,
      values: [value],
    });
    if (!rows[0]) throw new AppError('NOT_FOUND', 'There is no such account');
    return { ...rows[0], createdAt: rows[0].createdAt.toISOString() };
  }

  /** Nobody signs in with it any more, and who is signed in is no longer. @throws AppError NOT_FOUND */
  async disable(userId: string): Promise<void> {
    await this.#change('disabled_at = coalesce(disabled_at, $2)', [userId, this.parts.clock.now()], { userId });
  }

  /** @throws AppError NOT_FOUND */
  async enable(userId: string): Promise<void> {
    await this.#change('disabled_at = null', [userId]);
  }

  /** Whether somebody runs the deployment. @throws AppError NOT_FOUND */
  async setOperator(userId: string, operator: boolean): Promise<void> {
    await this.#change('operator = $2', [userId, operator]);
  }

  /** Ends all sessions, but for the one in which they changed it. @throws AppError NOT_FOUND */
  async setPassword(userId: string, password: string, exceptSession?: string): Promise<void> {
    const hash = await this.parts.passwords.hash(password);
    const ended = { userId, ...(exceptSession === undefined ? {} : { except: exceptSession }) };
    await this.#change('password_hash = $2', [userId, hash], ended);
  }

  /** @param set a constant of this class; its first parameter is the user's id */
  async #change(set: string, values: unknown[], ended?: WhichSessions): Promise<void> {
    await this.parts.endAfter(async (client) => {
      const { rows } = await client.query<{ id: string }>({
        text: `update users set ${set} where id = $1 returning id`,
        values,
      });
      if (!rows[0]) throw new AppError('NOT_FOUND', 'There is no such account');
      const hashes = ended ? await endSessions(client, ended) : [];
      // A new password changes nobody's rights, and the session that it was changed in goes on.
      if (ended?.except === undefined) await accessChanged(client, rows[0].id);
      return hashes;
    });
  }
}
