import { v7 as uuidv7 } from 'uuid';
import type { Role } from '../auth/roles.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import type { Registration } from './account.schemas.js';
import type { Login } from './login.js';
import type { Passwords } from './passwords.js';

/** An account as its owner sees it. */
export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** They have shown that it is theirs: it is a verified contact of theirs. */
  readonly emailVerified: boolean;
  readonly phoneVerified: boolean;
  readonly operator: boolean;
  readonly memberships: readonly {
    readonly organisationId: string;
    readonly organisation: string;
    readonly role: Role;
  }[];
  /** Organisations that ask them to join, and who of them did. */
  readonly invitations: readonly {
    readonly organisationId: string;
    readonly organisation: string;
    readonly role: Role;
    readonly invitedBy?: string | undefined;
  }[];
  /** Areas that they are on duty for. */
  readonly duties: readonly string[];
  /** Where their alerts belong while nobody knows where they are. */
  readonly homeAreas: readonly string[];
}

interface AccountsParts {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

const VERIFIED = 'select 1 from contacts c where c.user_id = u.id and c.verified_at is not null';
const PROFILE = `select u.id, u.name, u.email, u.phone, u.operator,
    exists (${VERIFIED} and c.channel = 'email' and c.address = u.email) as "emailVerified",
    exists (${VERIFIED} and c.channel = 'sms' and c.address = u.phone) as "phoneVerified",
    coalesce((select json_agg(json_build_object('organisationId', o.id, 'organisation', o.name, 'role', m.role)
                              order by o.name)
                from memberships m join organisations o on o.id = m.organisation_id where m.user_id = u.id),
             '[]') as memberships,
    coalesce((select json_agg(json_strip_nulls(json_build_object('organisationId', o.id, 'organisation', o.name,
                                                                 'role', i.role, 'invitedBy', b.name)) order by o.name)
                from invitations i join organisations o on o.id = i.organisation_id
                     left join users b on b.id = i.invited_by where i.user_id = u.id),
             '[]') as invitations,
    coalesce((select json_agg(area_id order by area_id) from duties where user_id = u.id), '[]') as duties,
    coalesce((select json_agg(area_id order by area_id) from home_areas where user_id = u.id), '[]') as "homeAreas"
  from users u where u.id = $1`;

/** The accounts of people: who has one, and whether a password is theirs. */
export class Accounts {
  constructor(private readonly parts: AccountsParts) {}

  /**
   * Makes an account. A login that is taken costs as much time, and the disk as much: nobody learns of accounts that way.
   * @returns its id; undefined when e-mail or phone are taken
   */
  async register({ name, email, phone, password }: Registration, operator = false): Promise<string | undefined> {
    const { database, passwords, clock } = this.parts;
    const now = clock.now();
    const id = uuidv7({ msecs: now.getTime() });
    const passwordHash = await passwords.hash(password);
    const created = await database.transaction(async (client) => {
      const { rowCount } = await client.query({
        name: 'register',
        text: `insert into users (id, name, email, phone, password_hash, operator, created_at)
               values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
        values: [id, name, email ?? null, phone ?? null, passwordHash, operator, now],
      });
      // A row lock is written too: both commits wait for the disk.
      await client.query({
        name: 'lock-registered',
        text: 'select 1 from users where email = $1 or phone = $2 for update',
        values: [email ?? null, phone ?? null],
      });
      return rowCount === 1;
    });
    return created ? id : undefined;
  }

  /** Whose login and password these are; it takes as long for an account that does not exist. */
  async authenticate(login: Login | undefined, password: string): Promise<string | undefined> {
    const account = login && (await this.#byLogin(login));
    const right = await this.parts.passwords.verify(account?.password_hash, password);
    return right && account && !account.disabled_at ? account.id : undefined;
  }

  /** Whether it is the user's password. */
  async hasPassword(userId: string, password: string): Promise<boolean> {
    const { rows } = await this.parts.database.query<{ password_hash: string }>({
      name: 'password-of-user',
      text: 'select password_hash from users where id = $1',
      values: [userId],
    });
    return this.parts.passwords.verify(rows[0]?.password_hash, password);
  }

  /** @throws AppError NOT_FOUND */
  async profile(userId: string): Promise<Profile> {
    const { rows } = await this.parts.database.query<Profile>({ name: 'profile', text: PROFILE, values: [userId] });
    if (!rows[0]) throw new AppError('NOT_FOUND');
    return rows[0];
  }

  /**
   * Only areas of organisations that the person belongs to: alerts of strangers are not for others to steer, and nobody
   * learns which areas there are.
   * @throws AppError NOT_FOUND for any other area
   */
  async setHomeAreas(userId: string, areas: readonly string[]): Promise<void> {
    const wanted = [...new Set(areas)];
    await this.parts.database.transaction(async (client) => {
      // Two at once would both find nothing to delete of what the other one inserts.
      await client.query({ text: 'select 1 from users where id = $1 for update', values: [userId] });
      await client.query({ text: 'delete from home_areas where user_id = $1', values: [userId] });
      const { rowCount } = await client.query({
        text: `insert into home_areas (user_id, area_id)
               select $1, a.id from areas a join memberships m on m.organisation_id = a.organisation_id
                where m.user_id = $1 and a.id = any($2::uuid[])`,
        values: [userId, wanted],
      });
      if (rowCount !== wanted.length) throw new AppError('NOT_FOUND', 'There is no such area');
    });
  }

  async #byLogin(login: Login) {
    const [column, value] = 'email' in login ? ['email', login.email] : ['phone', login.phone];
    const { rows } = await this.parts.database.query<{ id: string; password_hash: string; disabled_at: Date | null }>({
      name: `account-by-${column}`,
      text: `select id, password_hash, disabled_at from users where ${column} = $1`,
      values: [value],
    });
    return rows[0];
  }
}
