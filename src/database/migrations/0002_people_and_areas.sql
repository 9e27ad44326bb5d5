-- People: who may raise, see, answer and close. E-mail is stored in lower case, a phone in E.164.
create table users (
  id uuid primary key,
  name text not null,
  email text unique,
  phone text unique,
  password_hash text not null,
  operator boolean not null default false,
  cancel_pin_hash text,
  duress_pin_hash text,
  disabled_at timestamptz(3),
  created_at timestamptz(3) not null,
  check (email is not null or phone is not null)
);

-- The record of who is signed in; Redis holds a copy of each that Postgres can make again.
create table sessions (
  token_hash bytea primary key,
  id uuid not null unique,
  user_id uuid not null references users (id) on delete cascade,
  user_agent text,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table organisations (
  id uuid primary key,
  name text not null unique,
  -- Gets what no other organisation is near to. At most one.
  catch_all boolean not null default false,
  created_at timestamptz(3) not null
);
create unique index organisations_catch_all on organisations (catch_all) where catch_all;

create table memberships (
  organisation_id uuid not null references organisations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null check (role in ('member', 'responder', 'dispatcher')),
  primary key (organisation_id, user_id)
);
create index memberships_user on memberships (user_id);

-- Who is asked to be in an organisation and has not answered yet: nobody is made a member without their consent.
create table invitations (
  organisation_id uuid not null references organisations (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  role text not null check (role in ('member', 'responder', 'dispatcher')),
  invited_by uuid references users (id) on delete set null,
  created_at timestamptz(3) not null,
  primary key (organisation_id, user_id)
);
create index invitations_user on invitations (user_id);
create index invitations_age on invitations (created_at);

create table api_keys (
  id uuid primary key,
  key_hash bytea not null unique,
  name text not null,
  organisation_id uuid not null references organisations (id) on delete cascade,
  scopes text[] not null,
  created_by uuid references users (id) on delete set null,
  created_at timestamptz(3) not null,
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);

-- The box around the polygon is what look-ups by place are narrowed with.
create table areas (
  id uuid primary key,
  organisation_id uuid not null references organisations (id) on delete cascade,
  name text not null,
  geometry json not null,
  min_lat double precision not null,
  min_lng double precision not null,
  max_lat double precision not null,
  max_lng double precision not null,
  created_at timestamptz(3) not null,
  unique (organisation_id, name)
);
create index areas_box on areas (min_lat, max_lat, min_lng, max_lng);

create table duties (
  area_id uuid not null references areas (id) on delete cascade,
  user_id uuid not null references users (id) on delete cascade,
  since timestamptz(3) not null,
  primary key (area_id, user_id)
);
create index duties_user on duties (user_id);

create table home_areas (
  user_id uuid not null references users (id) on delete cascade,
  area_id uuid not null references areas (id) on delete cascade,
  primary key (user_id, area_id)
);

-- What nodes keep in memory of the tables above is read again when a row comes: whose rights, or the areas (no user).
create table directory_changes (
  id bigint generated always as identity primary key,
  at timestamptz(3) not null default now(),
  user_id uuid,
  session_id uuid
);
create index directory_changes_at on directory_changes (at);

-- Where an alert belongs now: areas and organisations.
create table alert_places (
  place_id uuid not null,
  alert_id uuid not null,
  primary key (place_id, alert_id)
);
create index alert_places_alert on alert_places (alert_id);

-- Keyed digests of the PINs that a reporter without an account gave with the press. Never part of the log.
create table alert_pins (
  alert_id uuid primary key,
  cancel_digest bytea not null,
  duress_digest bytea
);

-- Whom an alert reached, and how far: one row a responder and stage.
create table reach (
  alert_id uuid not null,
  user_id uuid not null,
  stage text not null,
  channel text not null,
  at timestamptz(3) not null,
  primary key (alert_id, user_id, stage)
);
