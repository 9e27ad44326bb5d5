import { withClient } from './stack.mjs';

/** The newest ones that nobody has closed yet; the same number however many are stored. */
const STILL_OPEN = 100;

const INDEXES = `select indexname as name, indexdef as definition from pg_indexes
                  where schemaname = 'public' and tablename in ('alerts', 'alert_events', 'idempotency')
                    and indexname not in (select conname from pg_constraint)`;

/**
 * Fills a migrated, empty database with `count` alerts as the product would have written them over the last 300 days:
 * each raised and, but for the newest, resolved; half of them with a phone number, a quarter with an idempotency key.
 * What is large is written by two connections at once, and indexes are made at the end.
 */
export async function storeAlerts(databaseUrl, count) {
  const run = (...statements) =>
    withClient(databaseUrl, async (client) => {
      await client.query(`set maintenance_work_mem = '512MB'`);
      for (const statement of statements) await client.query(statement);
    });
  const indexes = await withClient(databaseUrl, async (client) => (await client.query(INDEXES)).rows);
  await run(...indexes.map(({ name }) => `drop index ${name}`), storedTable(count));
  await Promise.all([run(events(`i <= ${count / 2}`)), run(events(`i > ${count / 2}`))]);
  const [ofEvents, ofAlerts] = [true, false].map((which) =>
    indexes.map(({ definition }) => definition).filter((sql) => sql.includes('.alert_events ') === which),
  );
  await Promise.all([
    run(...ofEvents, 'vacuum analyze alert_events'),
    run(ALERTS, KEYS, ...ofAlerts, 'vacuum analyze alerts', 'vacuum analyze idempotency'),
  ]);
  await run(
    'drop table stored',
    `update log_head set seq = ${2 * count}`,
    `update log_cursors set seq = ${2 * count}`,
    'checkpoint',
  );
}

/** The facts of each alert, for the statements below; gone when they are done. */
function storedTable(count) {
  return `
  create unlogged table stored as
  select i, id, 'NB-' || upper(substr(h, 20, 5)) as reference, at, i <= ${count - STILL_OPEN} as closed,
         (array['critical', 'high', 'high', 'medium', 'low'])[1 + i % 5] as severity,
         (array['panic', 'medical', 'fire', 'crime', 'hazard', 'other'])[1 + i % 6] as kind,
         case when i % 2 = 0 then '+2782' || lpad(i::text, 8, '0') end as phone,
         to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at_text,
         '{"lat":-33.9' || i % 997 || ',"lng":18.4' || i % 991 || ',"accuracyM":12}' as location,
         '"Help at the taxi rank, stand ' || i || '"' as message
    from (
      select i, h, at, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
                        || '7' || substr(h, 1, 3) || 'a' || substr(h, 4, 15))::uuid as id
        from (select i, md5(i::text) as h, date_trunc('milliseconds', now() - interval '10 minutes'
                                                      - interval '300 days' * (1 - i / ${count}.0)) as at
                from generate_series(1, ${count}) as i) as numbered
    ) as named`;
}

const ALERTS = `
  insert into alerts (id, reference, status, severity, kind, reporter, first_seq, seq, opened_at, updated_at, closed)
  select id, reference, case when closed then 'resolved' else 'acknowledged' end, severity, kind, 'phone:' || phone,
         2 * i - 1, 2 * i, at, at + interval '9 minutes', closed
    from stored order by i`;

/** Two entries an alert, the second one with the state that the lists read. */
function events(which) {
  return `
  insert into alert_events (seq, alert_id, type, at, actor, details, alert)
  select 2 * i - 2 + step, id,
         case when step = 1 then 'alert.raised' when closed then 'alert.resolved' else 'alert.acknowledged' end,
         case when step = 1 then at else at + interval '9 minutes' end,
         case when step = 1 then '{"kind":"reporter"}'::jsonb else '{"kind":"operator"}'::jsonb end,
         case when step = 1 then ('{"severity":"' || severity || '","kind":"' || kind || '","location":' || location
           || ',"message":' || message || coalesce(',"contact":' || contact, '')
           || ',"test":false,"verified":true}')::jsonb else '{}'::jsonb end,
         ('{"id":"' || id || '","reference":"' || reference || '","severity":"' || severity || '","kind":"' || kind
           || '","location":' || location || ',"trail":[],"message":' || message || ',"contact":'
           || coalesce(contact, 'null') || ',"test":false,"verified":true,"repeatCount":0,"openedAt":"' || at_text
           || '","pressedAt":"' || at_text || '","updatedAt":"' || at_text || '","seq":' || 2 * i - 2 + step
           || ',"status":"' || case when step = 1 then 'open' when closed then 'resolved' else 'acknowledged' end
           || '","acknowledgements":[],"closing":' || case when step = 2 and closed
             then '{"by":{"kind":"operator"},"at":"' || at_text || '"}' else 'null' end
           || ',"own":{"location":' || location || ',"message":' || message || '}}')::jsonb
    from (select *, '{"name":"Nomsa Dlamini","phone":"' || phone || '"}' as contact
            from stored where ${which} order by i) as ordered,
         generate_series(1, 2) as step`;
}

const KEYS = `
  insert into idempotency (key, fingerprint, alert_id, proven, created_at)
  select sha256(id::text::bytea), sha256(message::bytea), id, true, at from stored where i % 4 = 0`;
