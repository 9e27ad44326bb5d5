import { Logger } from '@nestjs/common';
import type { Database } from '../database/database.js';

/** Which organisation an area belongs to, as far as this process has asked; an area never changes hands. */
export class AreaOwners {
  readonly #owners = new Map<string, string>();
  readonly #asked = new Set<string>();
  readonly #logger = new Logger('AreaOwners');

  constructor(private readonly database: Database) {}

  of(areaId: string): string | undefined {
    return this.#owners.get(areaId);
  }

  /**
   * Asks for those that are not known. Never rejects: what cannot be read is asked for again the next time.
   * @returns whether there is something new
   */
  async learn(areaIds: readonly string[]): Promise<boolean> {
    const unknown = areaIds.filter((id) => !this.#owners.has(id) && !this.#asked.has(id));
    if (unknown.length === 0) return false;
    for (const id of unknown) this.#asked.add(id);
    try {
      const { rows } = await this.database.query<{ id: string; organisation_id: string }>({
        name: 'read-owners-of-areas',
        text: 'select id, organisation_id from areas where id = any($1::uuid[])',
        values: [unknown],
      });
      for (const { id, organisation_id: owner } of rows) this.#owners.set(id, owner);
      return rows.length > 0;
    } catch (error) {
      this.#logger.warn({ err: error }, 'presence in areas waits for Postgres');
      return false;
    } finally {
      for (const id of unknown) this.#asked.delete(id);
    }
  }
}
