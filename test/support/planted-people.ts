import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { API_KEY_PREFIX, newToken, SESSION_PREFIX, tokenHash } from '../../src/auth/tokens.js';
import type { Role, Scope } from '../../src/auth/roles.js';

export interface PlantedPerson {
  readonly id: string;
  readonly name: string;
  readonly sessionId: string;
  readonly token: string;
}

/** People, organisations and areas, written straight into the database of a test. */
export class PlantedPeople {
  readonly #client: Client;
  readonly #ready: Promise<void>;

  constructor(databaseUrl: string) {
    this.#client = new Client({ connectionString: databaseUrl });
    this.#ready = this.#client.connect();
  }

  async organisation(): Promise<string> {
    const id = uuidv7();
    await this.sql('insert into organisations (id, name, created_at) values ($1, $2, now())', [id, `Org ${id}`]);
    return id;
  }

  /** An area somewhere: alerts of these tests say themselves where they belong. */
  async area(organisationId: string): Promise<string> {
    const id = uuidv7();
    await this.sql(
      `insert into areas (id, organisation_id, name, geometry, min_lat, min_lng, max_lat, max_lng, created_at)
       values ($1, $2, $3, '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}', 0, 0, 1, 1, now())`,
      [id, organisationId, `Area ${id}`],
    );
    return id;
  }

  /** Somebody who is signed in. */
  async person(name: string, roles: Record<string, Role> = {}, duties: readonly string[] = []): Promise<PlantedPerson> {
    const [id, sessionId, token] = [uuidv7(), uuidv7(), newToken(SESSION_PREFIX)];
    await this.sql(`insert into users (id, name, email, password_hash, created_at) values ($1, $2, $3, '-', now())`, [
      id,
      name,
      `${id}@example.org`,
    ]);
    for (const [organisationId, role] of Object.entries(roles)) {
      await this.sql('insert into memberships (organisation_id, user_id, role) values ($1, $2, $3)', [
        organisationId,
        id,
        role,
      ]);
    }
    for (const area of duties) {
      await this.sql('insert into duties (area_id, user_id, since) values ($1, $2, now())', [area, id]);
    }
    await this.sql(
      `insert into sessions (token_hash, id, user_id, created_at, expires_at)
       values ($1, $2, $3, now(), now() + interval '1 day')`,
      [tokenHash(token), sessionId, id],
    );
    return { id, name, sessionId, token };
  }

  /** The key of a machine. */
  async apiKey(organisationId: string, scopes: readonly Scope[]): Promise<string> {
    const key = newToken(API_KEY_PREFIX);
    await this.sql(
      `insert into api_keys (id, key_hash, name, organisation_id, scopes, created_at)
       values ($1, $2, 'a machine', $3, $4, now())`,
      [uuidv7(), tokenHash(key), organisationId, scopes],
    );
    return key;
  }

  async sql(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    await this.#ready;
    return (await this.#client.query<Record<string, unknown>>(text, values)).rows;
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
