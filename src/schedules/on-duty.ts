import type { ClientBase } from 'pg';

/** Anything that runs a statement: the pool, or the client of a transaction. */
export type Queryable = Pick<ClientBase, 'query'>;

/** Whom to look for. */
export interface DutyQuestion {
  readonly organisationId: string;
  /** Areas of the alert; none: every area of the organisation. */
  readonly areas: readonly string[];
  readonly at: Date;
}

/** The accounts of those who answer alerts of an organisation and are on duty then. */
export async function onDuty(database: Queryable, { organisationId, areas }: DutyQuestion): Promise<string[]> {
  const { rows } = await database.query<{ user_id: string }>({
    name: 'on-duty',
    text: `select distinct d.user_id from duties d
             join areas a on a.id = d.area_id
             join memberships m on m.organisation_id = a.organisation_id and m.user_id = d.user_id
             join users u on u.id = d.user_id
            where a.organisation_id = $1 and m.role in ('responder', 'dispatcher') and u.disabled_at is null
              and (cardinality($2::uuid[]) = 0 or a.id = any($2::uuid[]))
            order by 1`,
    values: [organisationId, areas],
  });
  return rows.map((row) => row.user_id);
}
