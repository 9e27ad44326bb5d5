-- The log is the only truth: `alert_events.seq` is gapless and in commit order, because every writer holds the one row
-- of `log_head` from before it reads until it commits.
create table log_head (
  id boolean primary key default true check (id),
  seq bigint not null,
  floor bigint not null
);
insert into log_head (seq, floor) values (0, 0);

create table alerts (
  id uuid primary key,
  reference text not null,
  status text not null,
  severity text not null,
  kind text not null,
  reporter text,
  first_seq bigint not null,
  seq bigint not null,
  opened_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  closed boolean not null
);
create index alerts_open on alerts (id) where not closed;
create index alerts_reporter on alerts (reporter, first_seq) where reporter is not null;
create index alerts_reference on alerts (reference);
create index alerts_first_seq on alerts (first_seq);

create table alert_events (
  seq bigint primary key,
  alert_id uuid not null,
  type text not null,
  at timestamptz(3) not null,
  actor jsonb not null,
  details jsonb not null,
  alert jsonb not null
);
create index alert_events_alert on alert_events (alert_id, seq);

create table idempotency (
  key bytea primary key,
  fingerprint bytea not null,
  alert_id uuid not null,
  proven boolean not null,
  created_at timestamptz(3) not null
);
create index idempotency_alert on idempotency (alert_id);

create table log_cursors (
  name text primary key,
  seq bigint not null
);

-- Receivers get every event, also what was raised before the first worker ran.
insert into log_cursors (name, seq) values ('deliveries', 0);

create table deliveries (
  id uuid primary key,
  seq bigint not null,
  target text not null,
  status text not null,
  attempts integer not null default 0,
  next_attempt_at timestamptz(3) not null,
  finished_at timestamptz(3),
  last_error text,
  created_at timestamptz(3) not null,
  unique (seq, target)
);
create index deliveries_due on deliveries (next_attempt_at) where status = 'pending';
create index deliveries_dead on deliveries (id) where status = 'dead';
