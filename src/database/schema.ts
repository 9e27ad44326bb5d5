import { bigint, boolean, doublePrecision, json, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Actor, Alert, AlertEvent } from '../alerts/alert.js';
import type { ReachStage } from '../alerts/reach-stage.js';
import type { Severity } from '../alerts/severity.js';
import type { Role, Scope } from '../auth/roles.js';
import { at, bytea, seqColumn } from './columns.js';

// Columns only: keys and indexes stand in migrations/*.sql, and a test holds both in step.

/** One row: the last `seq` given, and the last one that retention has deleted. Its row lock orders all writers. */
export const logHead = pgTable('log_head', {
  id: boolean('id').primaryKey().default(true),
  seq: seqColumn('seq').notNull(),
  floor: seqColumn('floor').notNull(),
});

/** What lists and look-ups need of an alert; its state is that of its last event. */
export const alerts = pgTable('alerts', {
  id: uuid('id').primaryKey(),
  reference: text('reference').notNull(),
  status: text('status').$type<Alert['status']>().notNull(),
  severity: text('severity').$type<Severity>().notNull(),
  kind: text('kind').notNull(),
  /** Who reported it, as far as a later press can be matched: `phone:+27…`; null for an anonymous press. */
  reporter: text('reporter'),
  firstSeq: seqColumn('first_seq').notNull(),
  seq: seqColumn('seq').notNull(),
  openedAt: at('opened_at').notNull(),
  updatedAt: at('updated_at').notNull(),
  closed: boolean('closed').notNull(),
});

/** The log: the only truth. `seq` is gapless and in commit order. */
export const alertEvents = pgTable('alert_events', {
  seq: seqColumn('seq').primaryKey(),
  alertId: uuid('alert_id').notNull(),
  type: text('type').$type<AlertEvent['type']>().notNull(),
  at: at('at').notNull(),
  actor: json('actor').$type<Actor>().notNull(),
  /** What happened. */
  details: json('details').$type<AlertEvent['details']>().notNull(),
  /** The alert after it. */
  alert: json('alert').$type<Alert>().notNull(),
});

/** Keys of requests that were accepted: a retry gets the same alert. */
export const idempotency = pgTable('idempotency', {
  /** sha256 of scope and key. */
  key: bytea('key').primaryKey(),
  /** sha256 of what was asked, to tell a retry from a key with new facts. */
  fingerprint: bytea('fingerprint').notNull(),
  alertId: uuid('alert_id').notNull(),
  /** Whether the holder of the key proved to be the reporter of the alert. */
  proven: boolean('proven').notNull(),
  createdAt: at('created_at').notNull(),
});

/** How far each durable reader of the log has come. */
export const logCursors = pgTable('log_cursors', {
  name: text('name').primaryKey(),
  seq: seqColumn('seq').notNull(),
});

/** People with an account. E-mail in lower case, phone in E.164. */
export const users = pgTable('users', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  email: text('email'),
  phone: text('phone'),
  /** argon2id, as the PINs. */
  passwordHash: text('password_hash').notNull(),
  /** Of the deployment; what people are in an organisation stands in `memberships`. */
  operator: boolean('operator').notNull().default(false),
  cancelPinHash: text('cancel_pin_hash'),
  duressPinHash: text('duress_pin_hash'),
  disabledAt: at('disabled_at'),
  createdAt: at('created_at').notNull(),
});

/** Who is signed in: the record, of which Redis holds copies. */
export const sessions = pgTable('sessions', {
  /** sha256 of the token, which is stored nowhere. */
  tokenHash: bytea('token_hash').primaryKey(),
  /** What lists and revocations call it. */
  id: uuid('id').notNull(),
  userId: uuid('user_id').notNull(),
  userAgent: text('user_agent'),
  createdAt: at('created_at').notNull(),
  expiresAt: at('expires_at').notNull(),
});

export const organisations = pgTable('organisations', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  /** Gets what no other organisation is near to; at most one. */
  catchAll: boolean('catch_all').notNull().default(false),
  /** IANA name; null: that of the deployment. */
  timeZone: text('time_zone'),
  createdAt: at('created_at').notNull(),
});

export const memberships = pgTable('memberships', {
  organisationId: uuid('organisation_id').notNull(),
  userId: uuid('user_id').notNull(),
  role: text('role').$type<Role>().notNull(),
});

/** Who is asked to be in an organisation, and as what. */
export const invitations = pgTable('invitations', {
  organisationId: uuid('organisation_id').notNull(),
  userId: uuid('user_id').notNull(),
  role: text('role').$type<Role>().notNull(),
  invitedBy: uuid('invited_by'),
  createdAt: at('created_at').notNull(),
});

/** Keys of machines; only their sha256 is stored. */
export const apiKeys = pgTable('api_keys', {
  id: uuid('id').primaryKey(),
  keyHash: bytea('key_hash').notNull(),
  name: text('name').notNull(),
  organisationId: uuid('organisation_id').notNull(),
  scopes: text('scopes').array().$type<Scope[]>().notNull(),
  createdBy: uuid('created_by'),
  createdAt: at('created_at').notNull(),
  lastUsedAt: at('last_used_at'),
  revokedAt: at('revoked_at'),
});

/** Polygons of organisations; GeoJSON, WGS 84 degrees, and the box around it. */
export const areas = pgTable('areas', {
  id: uuid('id').primaryKey(),
  organisationId: uuid('organisation_id').notNull(),
  name: text('name').notNull(),
  geometry: json('geometry').notNull(),
  minLat: doublePrecision('min_lat').notNull(),
  minLng: doublePrecision('min_lng').notNull(),
  maxLat: doublePrecision('max_lat').notNull(),
  maxLng: doublePrecision('max_lng').notNull(),
  createdAt: at('created_at').notNull(),
});

/** Who is on duty where. */
export const duties = pgTable('duties', {
  areaId: uuid('area_id').notNull(),
  userId: uuid('user_id').notNull(),
  since: at('since').notNull(),
  /** Of a duty that a shift began, its end; null: until the person ends it. */
  until: at('until'),
});

/** Where a person's alerts belong while nobody knows where they are. */
export const homeAreas = pgTable('home_areas', {
  userId: uuid('user_id').notNull(),
  areaId: uuid('area_id').notNull(),
});

/** Tells nodes to read again what they keep: the rights of a user, one session, or (neither is set) the areas. */
export const directoryChanges = pgTable('directory_changes', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: at('at').notNull().defaultNow(),
  userId: uuid('user_id'),
  sessionId: uuid('session_id'),
});

/** Where an alert belongs now: areas, organisations, and the account of its reporter, who lists it by that. */
export const alertPlaces = pgTable('alert_places', {
  placeId: uuid('place_id').notNull(),
  alertId: uuid('alert_id').notNull(),
});

/** Keyed digests of the PINs that came with a press without an account; never part of the log. */
export const alertPins = pgTable('alert_pins', {
  alertId: uuid('alert_id').primaryKey(),
  cancelDigest: bytea('cancel_digest').notNull(),
  duressDigest: bytea('duress_digest'),
});

/** Whom an alert reached, and how far: one row a responder and stage. */
export const reach = pgTable('reach', {
  alertId: uuid('alert_id').notNull(),
  userId: uuid('user_id').notNull(),
  stage: text('stage').$type<ReachStage>().notNull(),
  channel: text('channel').notNull(),
  at: at('at').notNull(),
});
