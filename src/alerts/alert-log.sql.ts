/** Opens the transaction and takes the one lock of the log; answers the last `seq` given. One round trip. */
export const BEGIN_AND_LOCK = 'begin; select seq from log_head for update';

/** What the writer does first, without a change: a server that is read-only, stuck or without a schema fails in it. */
export const PROBE = { text: 'select seq from log_head for no key update', query_timeout: 1000 } as const;

/**
 * The last `seq` given, and all alerts that a batch touches as of then: by id ($1), by weak reporter ($2) and by
 * idempotency key ($3). Each branch with a look-up of its own: one `where … or …` was planned as a scan once the table
 * had grown.
 */
export const READ_STATE = {
  name: 'read-state',
  text: `
    select 'head' as by, seq::text as found_by, null::json as alert, null::bytea as fingerprint, null::boolean as proven
      from log_head
    union all
    select 'id', a.id::text, e.alert, null, null
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

const MOVED_AND_WRITTEN = `
    with moved as (
      update log_head set seq = $2 where seq = $1 returning seq
    ), written_alerts as (
      insert into alerts (id, reference, status, severity, kind, reporter, first_seq, seq, opened_at, updated_at, closed)
      select alert.* from moved,
             unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
                    $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::boolean[]) as alert
      on conflict (id) do update set status = excluded.status, severity = excluded.severity, seq = excluded.seq,
                                     updated_at = excluded.updated_at, closed = excluded.closed
    ), written_events as (
      insert into alert_events (seq, alert_id, type, at, actor, details, alert)
      select event.* from moved,
             unnest($14::bigint[], $15::uuid[], $16::text[], $17::timestamptz[], $18::json[], $19::json[],
                    $20::json[]) as event
    ), written_keys as (
      insert into idempotency (key, fingerprint, alert_id, proven, created_at)
      select idempotent.* from moved,
             unnest($21::bytea[], $22::bytea[], $23::uuid[], $24::boolean[], $25::timestamptz[]) as idempotent
      on conflict (key) do update set fingerprint = excluded.fingerprint, alert_id = excluded.alert_id,
                                      proven = excluded.proven
    )`;

/**
 * Moves the head from $1 to $2 and writes a batch: the alerts' new rows ($3-$13), the events ($14-$20), the keys
 * ($21-$25). Answers one row; none, and nothing is written, when the head is no longer at $1.
 */
export const WRITE_BATCH = { name: 'write-batch', text: `${MOVED_AND_WRITTEN} select seq from moved` } as const;

/** The same, with what alerts belong to from now on ($26-$27) and no longer ($28-$29); no pair is in both. */
export const WRITE_BATCH_AND_PLACES = {
  name: 'write-batch-places',
  text: `
    ${MOVED_AND_WRITTEN}, entered_places as (
      insert into alert_places (place_id, alert_id)
      select place.* from moved, unnest($26::uuid[], $27::uuid[]) as place
      on conflict do nothing
    ), left_places as (
      delete from alert_places place
       using moved, unnest($28::uuid[], $29::uuid[]) as gone (place_id, alert_id)
       where place.place_id = gone.place_id and place.alert_id = gone.alert_id
    )
    select seq from moved`,
} as const;
