import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.js';
import { isUnavailable, type Database } from '../database/database.js';
import { sessionsEnded } from '../directory-changes/directory-change.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';
import { Logger } from '../observability/nest-log.js';
import type { Caller } from './caller.js';
import type { Scope } from './roles.js';
import type { SessionCopies } from './session-copies.js';
import { API_KEY_PREFIX, newToken, tokenHash } from './tokens.js';

/** `last_used_at`, and the copy, are written at most so often a key, ms. */
const TOUCH_EVERY_MS = 60_000;

/** A key as those who manage it see it. */
export interface ApiKeySummary {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly createdBy: string | null;
  readonly lastUsedAt: string | null;
}

export interface NewApiKey {
  readonly organisationId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** The user who asks for it. */
  readonly createdBy: string | undefined;
}

type Machine = Extract<Caller, { kind: 'machine' }>;

/** A key as it was read at `readAt`: time of Postgres, ms. */
export interface KnownKey {
  readonly machine: Machine;
  readonly readAt: number;
}

interface ApiKeysParts {
  readonly database: Database;
  readonly copies: SessionCopies<KnownKey>;
  readonly changes: DirectoryChanges;
  readonly clock: Clock;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly organisation_id: string;
  readonly scopes: Scope[];
  readonly read_at: number;
}
const KEY_COLUMNS = 'id, name, organisation_id, scopes, (extract(epoch from now()) * 1000)::float8 as read_at';

/**
 * Keys of machines: each belongs to an organisation and is good for its scopes until it is revoked. Postgres has the
 * record, Redis copies: a machine that nobody knows while Postgres is away would press as somebody else, and its retries
 * raise a second alert.
 */
export class ApiKeys {
  readonly #touched = new Map<string, number>();
  readonly #logger = new Logger('ApiKeys');

  constructor(private readonly parts: ApiKeysParts) {}

  /**
   * Who holds this key; undefined when there is none such, or no more.
   * @throws AppError DATABASE_UNAVAILABLE when neither a current copy nor the record can be read
   */
  async find(token: string): Promise<Machine | undefined> {
    const hash = tokenHash(token);
    const machine = (await this.#findCopy(hash)) ?? (await this.#findRecord(hash));
    if (machine) void this.#touch(machine.id, hash); // never rejects; whoever uses the key does not wait for it
    return machine;
  }

  /** Makes a key; `key` is told this once. @throws AppError NOT_FOUND when there is no such organisation */
  async create({ organisationId, name, scopes, createdBy }: NewApiKey): Promise<{ id: string; key: string }> {
    const { database, clock } = this.parts;
    const key = newToken(API_KEY_PREFIX);
    const now = clock.now();
    const id = uuidv7({ msecs: now.getTime() });
    const { rowCount } = await database.query({
      name: 'create-api-key',
      text: `insert into api_keys (id, key_hash, name, organisation_id, scopes, created_by, created_at)
             select $1, $2, $3, id, $5, $6, $7 from organisations where id = $4`,
      values: [id, tokenHash(key), name, organisationId, scopes, createdBy ?? null, now],
    });
    if (rowCount === 0) throw new AppError('NOT_FOUND', 'There is no such organisation');
    return { id, key };
  }

  /** The keys of an organisation that are not revoked, the newest first. */
  async list(organisationId: string): Promise<ApiKeySummary[]> {
    const { rows } = await this.parts.database.query<
      Omit<KeyRow, 'organisation_id' | 'read_at'> & {
        created_at: Date;
        created_by: string | null;
        last_used_at: Date | null;
      }
    >({
      name: 'list-api-keys',
      text: `select id, name, scopes, created_at, created_by, last_used_at from api_keys
              where organisation_id = $1 and revoked_at is null order by id desc`,
      values: [organisationId],
    });
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      scopes: row.scopes,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      lastUsedAt: row.last_used_at?.toISOString() ?? null,
    }));
  }

  /** Whose key it is; undefined when there is none such, or no more. */
  async organisationOf(id: string): Promise<string | undefined> {
    const { rows } = await this.parts.database.query<{ organisation_id: string }>({
      name: 'organisation-of-api-key',
      text: 'select organisation_id from api_keys where id = $1 and revoked_at is null',
      values: [id],
    });
    return rows[0]?.organisation_id;
  }

  /** Ends a key; its sockets and copies, which count as a session of that id, end too. */
  async revoke(id: string): Promise<void> {
    const hashes = await this.parts.changes.transaction(async (client) => {
      const { rows } = await client.query<{ key_hash: Buffer }>({
        name: 'revoke-api-key',
        text: 'update api_keys set revoked_at = coalesce(revoked_at, $2) where id = $1 returning key_hash',
        values: [id, this.parts.clock.now()],
      });
      await sessionsEnded(client, [id]);
      return rows.map(({ key_hash: hash }) => hash);
    });
    await this.parts.copies.forget(hashes);
  }

  async #findCopy(hash: Buffer): Promise<Machine | undefined> {
    const { copies, changes } = this.parts;
    const copy = await copies.read(hash);
    return copy && changes.isCurrent({ readAt: copy.readAt, sessionId: copy.machine.id }) ? copy.machine : undefined;
  }

  async #findRecord(hash: Buffer): Promise<Machine | undefined> {
    const { rows } = await this.parts.database.query<KeyRow>({
      name: 'find-api-key',
      text: `select ${KEY_COLUMNS} from api_keys where key_hash = $1 and revoked_at is null`,
      values: [hash],
    });
    return rows[0] && this.#keepCopy(hash, rows[0]);
  }

  #keepCopy(hash: Buffer, row: KeyRow): Machine {
    const { id, name, organisation_id: organisationId, scopes, read_at: readAt } = row;
    const machine: Machine = { kind: 'machine', id, name, organisationId, scopes };
    void this.parts.copies.write(hash, { machine, readAt }); // never rejects, and nobody needs to wait for it
    return machine;
  }

  /** Writes that it was used, and its copy anew: an outage finds whoever used a key in the day before. Never rejects. */
  async #touch(id: string, hash: Buffer): Promise<void> {
    const now = this.parts.clock.now();
    if (now.getTime() - (this.#touched.get(id) ?? -Infinity) < TOUCH_EVERY_MS) return;
    this.#touched.set(id, now.getTime());
    try {
      const { rows } = await this.parts.database.query<KeyRow>({
        name: 'touch-api-key',
        text: `update api_keys set last_used_at = $2
                where id = $1 and revoked_at is null and (last_used_at is null or last_used_at < $2)
                returning ${KEY_COLUMNS}`,
        values: [id, now],
      });
      if (rows[0]) this.#keepCopy(hash, rows[0]);
    } catch (error) {
      if (isUnavailable(error)) return; // others report that, and it is every machine's
      this.#logger.warn({ err: error, key: id }, 'the last use of an API key could not be written');
    }
  }
}
