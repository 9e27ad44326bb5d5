-- Ways to reach a person, in the order in which they want to be reached.
create table contacts (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  channel text not null check (channel in ('push', 'sms', 'email', 'webhook')),
  -- A phone in E.164, an e-mail in lower case, the endpoint of a push subscription, an https URL.
  address text not null,
  -- Of a push subscription: p256dh and auth.
  keys json,
  label text,
  position integer not null,
  verified_at timestamptz(3),
  code_digest bytea,
  code_expires_at timestamptz(3),
  code_tries integer not null default 0,
  created_at timestamptz(3) not null,
  unique (user_id, channel, address)
);

-- When a person is not to be told of what is not critical: minutes of the day, in their time zone; until may be before from.
create table quiet_hours (
  user_id uuid primary key references users (id) on delete cascade,
  from_minute integer not null check (from_minute between 0 and 1439),
  until_minute integer not null check (until_minute between 0 and 1439),
  time_zone text not null
);

-- The ledger of deliveries now also holds what is told to people: of an alert (by the event `seq`), a test, a code.
alter table deliveries
  alter column seq drop not null,
  add column kind text not null default 'event' check (kind in ('event', 'alert', 'test', 'code')),
  add column channel text not null default 'webhook',
  add column alert_id uuid,
  add column user_id uuid,
  add column contact_id uuid,
  -- Contacts to try next, in this order, when this one cannot be reached.
  add column fallbacks uuid[] not null default '{}',
  -- Waits for the end of quiet hours.
  add column held boolean not null default false,
  -- Who took it, and what they call it.
  add column provider text,
  add column provider_ref text,
  -- When a device or the provider said that it has arrived.
  add column received_at timestamptz(3);
-- What people are told is looked for without passing over what waits for receivers.
create index deliveries_people_due on deliveries (next_attempt_at) where status = 'pending' and kind <> 'event';
create index deliveries_alert on deliveries (alert_id) where alert_id is not null;
create index deliveries_user on deliveries (user_id, created_at) where user_id is not null;
create index deliveries_provider_ref on deliveries (provider, provider_ref) where provider_ref is not null;
-- Which providers send delivery reports.
create index deliveries_reports on deliveries (provider, received_at) where received_at is not null;

-- How an organisation calls its people; one without a row has the built-in policy, also one that went back to it (null).
create table escalation_policies (
  organisation_id uuid primary key references organisations (id) on delete cascade,
  policy json not null,
  updated_at timestamptz(3) not null
);

-- What is due of each escalation: a tail of the log, which can be made again from it.
create table escalations (
  alert_id uuid not null,
  -- All zeros: the operators, for an alert that belongs to no organisation.
  organisation_id uuid not null,
  level integer not null,
  -- The event that brought it to this level.
  seq bigint not null,
  level_at timestamptz(3) not null,
  next_escalation_at timestamptz(3),
  -- Why nothing is due any more: acknowledged, closed, exhausted, moved.
  ended text,
  primary key (alert_id, organisation_id)
);
-- What was raised before is nobody's wait.
insert into log_cursors (name, seq) select 'escalations', seq from log_head;
create index escalations_due on escalations (next_escalation_at) where next_escalation_at is not null;

-- Who is on duty every week: ISO weekday (Monday is 1) and minutes of the day, local to the organisation.
alter table organisations add column time_zone text;
create table shifts (
  id uuid primary key,
  organisation_id uuid not null references organisations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  -- Null: all areas of the organisation.
  area_id uuid references areas (id) on delete cascade,
  weekday integer not null check (weekday between 1 and 7),
  start_minute integer not null check (start_minute between 0 and 1439),
  -- Not after the start: on the next day.
  end_minute integer not null check (end_minute between 0 and 1439),
  created_at timestamptz(3) not null
);
create index shifts_organisation on shifts (organisation_id);

-- Exceptions: somebody is, or is not, on duty from one moment until another, whatever their shifts say.
create table shift_overrides (
  id uuid primary key,
  organisation_id uuid not null references organisations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  area_id uuid references areas (id) on delete cascade,
  on_duty boolean not null,
  from_at timestamptz(3) not null,
  until_at timestamptz(3) not null check (until_at > from_at),
  created_at timestamptz(3) not null
);
create index shift_overrides_organisation on shift_overrides (organisation_id, until_at);

-- A duty that a shift began ends with it; one that a person began (null) ends when they say so.
alter table duties add column until timestamptz(3);

create table drills (
  alert_id uuid primary key,
  organisation_id uuid not null references organisations (id) on delete cascade,
  area_id uuid,
  started_by uuid,
  started_at timestamptz(3) not null
);
create index drills_organisation on drills (organisation_id, started_at);

-- Jobs that were given up, beside the deliveries that were. What operators did with one stays for as long as BullMQ shows
-- the failed job, so that it is not found anew.
create table dead_jobs (
  -- Made of queue, job id and the time of the job: the same job has the same.
  id uuid primary key,
  queue text not null,
  job text not null,
  payload json not null,
  reason text not null,
  attempts integer not null,
  at timestamptz(3) not null,
  status text not null default 'dead' check (status in ('dead', 'replaying', 'replayed', 'dropped')),
  finished_at timestamptz(3)
);
create index dead_jobs_open on dead_jobs (status) where status in ('dead', 'replaying');

-- One row: what the last audit of all escalations found.
create table escalation_audit (
  id boolean primary key default true check (id),
  ran_at timestamptz(3) not null,
  checked integer not null,
  findings json not null
);

-- How much of all text messages goes to each provider first, per cent.
create table sms_shares (
  provider text primary key,
  share integer not null check (share between 0 and 100),
  changed_at timestamptz(3) not null
);
