import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { sessionsEnded } from '../directory-changes/directory-change.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';
import { Logger } from '../observability/nest-log.js';
import type { Caller } from './caller.js';
import type { Scope } from './roles.js';
import { API_KEY_PREFIX, newToken, tokenHash } from './tokens.js';

/** `last_used_at` is written at most so often a key, ms. */
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

interface ApiKeysParts {
  readonly database: Database;
  readonly changes: DirectoryChanges;
  readonly clock: Clock;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly organisation_id: string;
  readonly scopes: Scope[];
}

/** Keys of machines: each belongs to an organisation and is good for its scopes until it is revoked. */
export class ApiKeys {
  readonly #touched = new Map<string, number>();
  readonly #logger = new Logger('ApiKeys');

  constructor(private readonly parts: ApiKeysParts) {}

  /** Who holds this key; undefined when there is none such, or no more. @throws AppError DATABASE_UNAVAILABLE */
  async find(token: string): Promise<Extract<Caller, { kind: 'machine' }> | undefined> {
    const { rows } = await this.parts.database.query<KeyRow>({
      name: 'find-api-key',
      text: 'select id, name, organisation_id, scopes from api_keys where key_hash = $1 and revoked_at is null',
      values: [tokenHash(token)],
    });
    const [row] = rows;
    if (!row) return undefined;
    void this.#touch(row.id); // never rejects; whoever uses the key does not wait for it
    return { kind: 'machine', id: row.id, name: row.name, organisationId: row.organisation_id, scopes: row.scopes };
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
      Omit<KeyRow, 'organisation_id'> & { created_at: Date; created_by: string | null; last_used_at: Date | null }
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

  /** Ends a key; its sockets, which count as a session of that id, end too. */
  async revoke(id: string): Promise<void> {
    await this.parts.changes.transaction(async (client) => {
      await client.query({
        name: 'revoke-api-key',
        text: 'update api_keys set revoked_at = coalesce(revoked_at, $2) where id = $1',
        values: [id, this.parts.clock.now()],
      });
      await sessionsEnded(client, [id]);
    });
  }

  /** Never rejects. */
  async #touch(id: string): Promise<void> {
    const now = this.parts.clock.now();
    if (now.getTime() - (this.#touched.get(id) ?? -Infinity) < TOUCH_EVERY_MS) return;
    this.#touched.set(id, now.getTime());
    try {
      await this.parts.database.query({
        name: 'touch-api-key',
        text: 'update api_keys set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)',
        values: [id, now],
      });
    } catch (error) {
      this.#logger.warn({ err: error, key: id }, 'the last use of an API key could not be written');
    }
  }
}
