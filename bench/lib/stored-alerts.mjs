import { withClient } from './stack.mjs';

/** The newest ones that nobody has closed yet; the same number however many are stored. */
const STILL_OPEN = 100;

const INDEXES = `select indexname as name, indexdef as definition from pg_indexes
                  where schemaname = 'public' and tablename in ('alerts', 'alert_events', 'idempotency')
                    and indexname not in (select conname from pg_constraint)`;

/**
 * Fills a migrated, empty database with `count` alerts as the product would have written them over the last 300 days:
 * each raised and, but for the newest, resolved; half of them with a phone number, a quarter with an idempotency key.
 */
export async function storeAlerts(databaseUrl, count) {
  await withClient(databaseUrl, async (client) => {
    // Indexes are made at the end: in one go they take a third of the time.
    const { rows: indexes } = await client.query(INDEXES);
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    await client.query(`create temporary table stored as ${STORED}`, [count, count - STILL_OPEN]);
    await client.query(ALERTS);
    await client.query(EVENTS);
    await client.query(KEYS);
    for (const { definition } of indexes) await client.query(definition);
    await client.query(`update log_head set seq = ${2 * count}`);
    await client.query(`update log_cursors set seq = ${2 * count}`);
    await client.query('drop table stored');
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  });
}

const STORED = `
  select i, id, 'NB-' || upper(substr(h, 20, 5)) as reference, at, i <= $2::int as closed,
         (array['critical', 'high', 'high', 'medium', 'low'])[1 + i % 5] as severity,
         (array['panic', 'medical', 'fire', 'crime', 'hazard', 'other'])[1 + i % 6] as kind,
         case when i % 2 = 0 then '+2782' || lpad(i::text, 8, '0') end as phone,
         to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at_text,
         jsonb_build_object('lat', -33.9 + i % 1000 / 1e4, 'lng', 18.4 + i % 997 / 1e4, 'accuracyM', 12) as location,
         'Help at the taxi rank, stand ' || i as message
    from (
      select i, h, at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
                        || '7' || substr(h, 1, 3) || 'a' || substr(h, 4, 15))::uuid as id
        from (select i, md5(i::text) as h,
                     date_trunc('milliseconds', now() - interval '300 days' * (1 - i::float8 / $1::int)
                                                      - interval '10 minutes') as at
                from generate_series(1, $1::int) as i) as numbered
    ) as named`;

const ALERTS = `
  insert into alerts (id, reference, status, severity, kind, reporter, first_seq, seq, opened_at, updated_at, closed)
  select id, reference, case when closed then 'resolved' else 'acknowledged' end, severity, kind, 'phone:' || phone,
         2 * i - 1, 2 * i, at, at + interval '9 minutes', closed
    from stored order by i`;

/** Two entries an alert, the second one with the state that the lists read. */
const EVENTS = `
  insert into alert_events (seq, alert_id, type, at, actor, details, alert)
  select 2 * i - 2 + step, id,
         case when step = 1 then 'alert.raised' when closed then 'alert.resolved' else 'alert.acknowledged' end,
         case when step = 1 then at else at + interval '9 minutes' end,
         jsonb_build_object('kind', case when step = 1 then 'reporter' else 'operator' end),
         case when step = 1 then jsonb_strip_nulls(jsonb_build_object('severity', severity, 'kind', kind, 'location',
           location, 'message', message, 'contact', contact, 'test', false, 'verified', true)) else '{}' end,
         jsonb_build_object('id', id, 'reference', reference, 'severity', severity, 'kind', kind, 'location', location,
           'trail', '[]'::jsonb, 'message', message, 'contact', contact, 'test', false, 'verified', true,
           'repeatCount', 0, 'openedAt', at_text, 'pressedAt', at_text, 'updatedAt', at_text, 'seq', 2 * i - 2 + step,
           'status', case when step = 1 then 'open' when closed then 'resolved' else 'acknowledged' end,
           'acknowledgements', '[]'::jsonb, 'closing', case when step = 2 and closed then
             jsonb_build_object('by', jsonb_build_object('kind', 'operator'), 'at', at_text) end,
           'own', jsonb_build_object('location', location, 'message', message))
    from (select *, case when phone is null then null
                         else jsonb_build_object('name', 'Nomsa Dlamini', 'phone', phone) end as contact
            from stored order by i) as ordered,
         generate_series(1, 2) as step`;

const KEYS = `
  insert into idempotency (key, fingerprint, alert_id, proven, created_at)
  select sha256(id::text::bytea), sha256(message::bytea), id, true, at from stored where i % 4 = 0`;
