import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { withClient } from './stack.mjs';

const STORED = {
  product: `select count(distinct a.id)::int as stored
              from unnest($1::uuid[]) as wanted (id)
              join alerts a on a.id = wanted.id
              join alert_events e on e.alert_id = a.id and e.seq = a.first_seq and e.type = 'alert.raised'`,
  durableLimit: `select count(distinct a.id)::int as stored
                   from unnest($1::uuid[]) as wanted (id) join alert a on a.id = wanted.id`,
};

/** Throws unless every id that was answered with 201 is in Postgres, and none was given twice. */
export async function checkStored(databaseUrl, ids, table = 'product') {
  const { rows } = await withClient(databaseUrl, (client) => client.query(STORED[table], [ids]));
  if (rows[0].stored !== ids.length)
    throw new PlainError(`${ids.length} alerts were answered with 201, ${rows[0].stored} of them are in Postgres`);
}

/** The last `seq` of the log of the product. */
export async function headOf(databaseUrl) {
  const { rows } = await withClient(databaseUrl, (client) => client.query('select seq::int as head from log_head'));
  return rows[0].head;
}

/** Entries a commit in the log of the product, after `seq`: a commit is one transaction, and has one `xmin`. */
export async function batchAfter(databaseUrl, seq) {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query('select count(*)::float8 / count(distinct xmin::text) as batch from alert_events where seq > $1', [
      seq,
    ]),
  );
  return rows[0].batch;
}

/** Bytes of tables and indexes that one alert of the product takes. */
export async function storedBytes(databaseUrl) {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query(`select sum(pg_total_relation_size(relid))::float8 / (select count(*) from alerts) as bytes
                    from pg_stat_user_tables`),
  );
  return rows[0].bytes;
}

/** Throws unless the log of the product has every `seq` from its first to its head, once. */
export async function checkLogIsGapless(databaseUrl) {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query(`select count(*)::int as entries, coalesce(max(e.seq), 0)::int as last, h.seq::int as head,
                         h.floor::int as floor
                    from log_head h left join alert_events e on true group by h.seq, h.floor`),
  );
  const { entries, last, head, floor } = rows[0];
  if (last !== head || entries !== head - floor)
    throw new PlainError(`the log has ${entries} entries up to ${last}; its head says ${head}, its floor ${floor}`);
}
