import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { areasChanged } from '../directory-changes/directory-change.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';
import { unlessTaken } from './name-taken.js';

/** Who answers for areas. */
export interface Organisation {
  readonly id: string;
  readonly name: string;
  /** Gets the alerts that no other organisation is near to. */
  readonly catchAll: boolean;
  /** IANA name; of its shifts. */
  readonly timeZone: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
}

export interface DirectoryParts {
  readonly database: Database;
  readonly changes: DirectoryChanges;
  readonly clock: Clock;
}

const COLUMNS = `id, name, catch_all as "catchAll", time_zone as "timeZone", created_at as "createdAt"`;
type Row = Omit<Organisation, 'timeZone' | 'createdAt'> & {
  readonly timeZone: string | null;
  readonly createdAt: Date;
};

/** What is said of an organisation; what is absent stays as it is. */
export interface OrganisationChange {
  readonly name?: string | undefined;
  readonly catchAll?: boolean | undefined;
  readonly timeZone?: string | undefined;
}

/** The organisations. */
export class Organisations {
  /** @param parts `timeZone` is the one of organisations that have none, IANA name */
  constructor(private readonly parts: DirectoryParts & { readonly timeZone: string }) {}

  /** By name; all of them, or those of `ids`. */
  async list(ids?: readonly string[]): Promise<Organisation[]> {
    const { rows } = await this.parts.database.query<Row>({
      name: 'list-organisations',
      text: `select ${COLUMNS} from organisations where $1::uuid[] is null or id = any($1) order by name, id`,
      values: [ids ?? null],
    });
    return rows.map((row) => this.#viewOf(row));
  }

  /** @throws AppError NAME_TAKEN */
  async create({
    name,
    catchAll,
    timeZone,
  }: OrganisationChange & Pick<Organisation, 'name' | 'catchAll'>): Promise<Organisation> {
    const now = this.parts.clock.now();
    return this.#write(async (client) => {
      if (catchAll) await giveUpCatchAll(client);
      const { rows } = await client.query<Row>(
        `insert into organisations (id, name, catch_all, time_zone, created_at)
         values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
        [uuidv7({ msecs: now.getTime() }), name, catchAll, timeZone ?? null, now],
      );
      return rows[0]!;
    });
  }

  /** What is absent stays. @throws AppError NOT_FOUND, NAME_TAKEN */
  async change(id: string, change: OrganisationChange): Promise<Organisation> {
    return this.#write(async (client) => {
      if (change.catchAll) await giveUpCatchAll(client);
      const { rows } = await client.query<Row>(
        `update organisations set name = coalesce($2, name), catch_all = coalesce($3, catch_all),
                time_zone = coalesce($4, time_zone)
          where id = $1 returning ${COLUMNS}`,
        [id, change.name ?? null, change.catchAll ?? null, change.timeZone ?? null],
      );
      if (!rows[0]) throw new AppError('NOT_FOUND', 'There is no such organisation');
      return rows[0];
    });
  }

  async #write(work: (client: ClientBase) => Promise<Row>): Promise<Organisation> {
    const written = this.parts.changes.transaction(async (client) => {
      const row = await work(client);
      await areasChanged(client);
      return row;
    });
    return this.#viewOf(await unlessTaken(written));
  }

  #viewOf({ timeZone, createdAt, ...row }: Row): Organisation {
    return { ...row, timeZone: timeZone ?? this.parts.timeZone, createdAt: createdAt.toISOString() };
  }
}

/** There is one catch-all: who becomes it takes over. The lock lets two who do so go one after the other. */
async function giveUpCatchAll(client: ClientBase): Promise<void> {
  await client.query('lock table organisations in share row exclusive mode');
  await client.query('update organisations set catch_all = false where catch_all');
}
