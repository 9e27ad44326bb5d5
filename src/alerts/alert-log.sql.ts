/** Opens the transaction and takes the one lock of the log; answers the last `seq` given. One round trip. */
export const BEGIN_AND_LOCK = 'begin; select seq from log_head for update';

/**
 * All alerts that a batch touches, by id ($1), by weak reporter ($2) and by idempotency key ($3).
 * Three branches, each with a look-up of its own: one `where … or …` was planned as a scan once the table had grown.
 */
export const READ_TOUCHED = {
  name: 'read-touched',
  text: `
    select 'id' as by, a.id::text as found_by, e.alert, null::bytea as fingerprint, null::boolean as proven
      from unnest($1::uuid[]) as wanted (id)
      join alerts a on a.id = wanted.id
      join alert_events e on e.seq = a.seq
    union all
    select 'reporter', wanted.reporter, e.alert, null, null
      from unnest($2::text[]) as wanted (reporter)
      cross join lateral (
        select seq from alerts where reporter = wanted.reporter order by first_seq desc limit 1
      ) a
      join alert_events e on e.seq = a.seq
    union all
    select 'key', encode(i.key, 'hex'), e.alert, i.fingerprint, i.proven
      from unnest($3::bytea[]) as wanted (key)
      join idempotency i on i.key = wanted.key
      join alerts a on a.id = i.alert_id
      join alert_events e on e.seq = a.seq`,
} as const;

/** Writes a batch: the alerts' new rows ($1-$11), the events ($12-$18), the keys ($19-$23) and the new head ($24). */
export const WRITE_BATCH = {
  name: 'write-batch',
  text: `
    with written_alerts as (
      insert into alerts (id, reference, status, severity, kind, reporter, first_seq, seq, opened_at, updated_at, closed)
      select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                           $8::bigint[], $9::timestamptz[], $10::timestamptz[], $11::boolean[])
      on conflict (id) do update set status = excluded.status, severity = excluded.severity, seq = excluded.seq,
                                     updated_at = excluded.updated_at, closed = excluded.closed
    ), written_events as (
      insert into alert_events (seq, alert_id, type, at, actor, details, alert)
      select * from unnest($12::bigint[], $13::uuid[], $14::text[], $15::timestamptz[], $16::jsonb[], $17::jsonb[],
                           $18::jsonb[])
    ), written_keys as (
      insert into idempotency (key, fingerprint, alert_id, proven, created_at)
      select * from unnest($19::bytea[], $20::bytea[], $21::uuid[], $22::boolean[], $23::timestamptz[])
      on conflict (key) do update set fingerprint = excluded.fingerprint, alert_id = excluded.alert_id,
                                      proven = excluded.proven
    )
    update log_head set seq = $24`,
} as const;
