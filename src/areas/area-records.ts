import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { jsonArray, plainArray } from '../database/array-literal.js';
import { accessChanged, areasChanged } from '../directory-changes/directory-change.js';
import { AppError } from '../errors/app-error.js';
import type { PlacedArea } from './area-index.js';
import { boxOf, type AreaGeometry } from './geometry.js';
import { unlessTaken } from './name-taken.js';
import type { DirectoryParts } from './organisations.js';

/** An area as clients see it. */
export interface Area {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  /** Absent in lists that were asked for without. */
  readonly geometry?: AreaGeometry;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
}

/** An area that is to be. */
export interface DrawnArea {
  readonly name: string;
  readonly geometry: AreaGeometry;
}

/** What became of an area of an import. */
export interface StoredArea {
  readonly id: string;
  readonly name: string;
  readonly result: 'created' | 'updated';
}

type Row = Omit<Area, 'createdAt'> & { readonly createdAt: Date };
const COLUMNS = `id, organisation_id as "organisationId", name, created_at as "createdAt"`;

/** The areas in Postgres. */
export class AreaRecords {
  constructor(private readonly parts: DirectoryParts) {}

  /** Every area and the catch-all organisation, for placing. */
  async all(): Promise<{ areas: PlacedArea[]; catchAll: string | undefined }> {
    const { database } = this.parts;
    const [areas, organisations] = await Promise.all([
      database.query<PlacedArea>({
        name: 'all-areas',
        text: 'select id, organisation_id as "organisationId", geometry from areas',
      }),
      database.query<{ id: string }>({ name: 'catch-all', text: 'select id from organisations where catch_all' }),
    ]);
    return { areas: areas.rows, catchAll: organisations.rows[0]?.id };
  }

  /** By name. */
  async list(organisationId: string, { geometry }: { geometry: boolean }): Promise<Area[]> {
    const { rows } = await this.parts.database.query<Row>({
      text: `select ${COLUMNS}${geometry ? ', geometry' : ''} from areas where organisation_id = $1 order by name, id`,
      values: [organisationId],
    });
    return rows.map(areaOf);
  }

  /** Whose area it is; undefined when there is none. */
  async organisationOf(id: string): Promise<string | undefined> {
    const { rows } = await this.parts.database.query<{ organisationId: string }>({
      name: 'organisation-of-area',
      text: 'select organisation_id as "organisationId" from areas where id = $1',
      values: [id],
    });
    return rows[0]?.organisationId;
  }

  /** @throws AppError NOT_FOUND for an organisation that there is not, NAME_TAKEN */
  async create(organisationId: string, area: DrawnArea): Promise<Area> {
    return this.#write(async (client) => {
      const { rows } = await client.query<Row>(
        `${INSERT} returning ${COLUMNS}, geometry`,
        this.#values(organisationId, [area]),
      );
      if (!rows[0]) throw new AppError('NOT_FOUND', 'There is no such organisation');
      return areaOf(rows[0]);
    });
  }

  /** What is absent stays. @throws AppError NOT_FOUND, NAME_TAKEN */
  async change(id: string, { name, geometry }: Partial<DrawnArea>): Promise<Area> {
    return this.#write(async (client) => {
      const box = geometry && boxOf(geometry);
      const { rows } = await client.query<Row>(
        `update areas set name = coalesce($2, name), geometry = coalesce($3, geometry),
                min_lat = coalesce($4, min_lat), min_lng = coalesce($5, min_lng),
                max_lat = coalesce($6, max_lat), max_lng = coalesce($7, max_lng)
          where id = $1 returning ${COLUMNS}, geometry`,
        [id, name, geometry && JSON.stringify(geometry), box?.minLat, box?.minLng, box?.maxLat, box?.maxLng],
      );
      if (!rows[0]) throw new AppError('NOT_FOUND', 'There is no such area');
      return areaOf(rows[0]);
    });
  }

  /** Removes an area; who was on duty there, or lived there, no longer is. @throws AppError NOT_FOUND */
  async remove(id: string): Promise<void> {
    await this.#write(async (client) => {
      const { rows } = await client.query<{ userId: string }>(
        `select user_id as "userId" from duties where area_id = $1
          union select user_id from home_areas where area_id = $1`,
        [id],
      );
      const { rowCount } = await client.query('delete from areas where id = $1', [id]);
      if (rowCount === 0) throw new AppError('NOT_FOUND', 'There is no such area');
      for (const { userId } of rows) await accessChanged(client, userId);
    });
  }

  /** Stores areas of different names: new ones are made, those of a known name get the new shape. */
  async store(organisationId: string, areas: readonly DrawnArea[]): Promise<StoredArea[]> {
    return this.#write(async (client) => {
      const { rows } = await client.query<StoredArea>(
        `${INSERT}
         on conflict (organisation_id, name) do update set geometry = excluded.geometry, min_lat = excluded.min_lat,
           min_lng = excluded.min_lng, max_lat = excluded.max_lat, max_lng = excluded.max_lng
         returning id, name, case when xmax = 0 then 'created' else 'updated' end as result`,
        this.#values(organisationId, areas),
      );
      if (rows.length < areas.length) throw new AppError('NOT_FOUND', 'There is no such organisation');
      return rows;
    });
  }

  #values(organisationId: string, areas: readonly DrawnArea[]): unknown[] {
    const now = this.parts.clock.now();
    const boxes = areas.map(({ geometry }) => boxOf(geometry));
    return [
      organisationId,
      now,
      plainArray(areas.map(() => uuidv7({ msecs: now.getTime() }))),
      areas.map(({ name }) => name),
      jsonArray(areas.map(({ geometry }) => JSON.stringify(geometry))),
      ...(['minLat', 'minLng', 'maxLat', 'maxLng'] as const).map((edge) => plainArray(boxes.map((box) => box[edge]))),
    ];
  }

  async #write<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const written = this.parts.changes.transaction(async (client) => {
      const result = await work(client);
      await areasChanged(client);
      return result;
    });
    return unlessTaken(written);
  }
}

/** Inserts nothing for an organisation that there is not. */
const INSERT = `insert into areas (organisation_id, created_at, id, name, geometry, min_lat, min_lng, max_lat, max_lng)
  select o.id, $2, a.* from organisations o,
         unnest($3::uuid[], $4::text[], $5::json[], $6::float8[], $7::float8[], $8::float8[], $9::float8[]) as a
   where o.id = $1`;

function areaOf({ createdAt, ...row }: Row): Area {
  return { ...row, createdAt: createdAt.toISOString() };
}
