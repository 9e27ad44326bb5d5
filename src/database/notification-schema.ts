import { boolean, integer, json, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { Channel, ContactKeys } from '../alerts/channel.js';
import type { DeliveryKind, DeliveryStatus } from '../notifications/delivery.js';
import { at, bytea, seqColumn } from './columns.js';

/**
 * The ledger of what goes out, so that a Redis wipe loses none: one row an event and receiver. A receiver is a webhook of
 * the deployment, or (with the id of a contact as `target`) a person who is told of an alert, a test or a code.
 */
export const deliveries = pgTable('deliveries', {
  id: uuid('id').primaryKey(),
  /** Of the event; null: a test, a code. */
  seq: seqColumn('seq'),
  target: text('target').notNull(),
  status: text('status').$type<DeliveryStatus>().notNull(),
  attempts: integer('attempts').notNull().default(0),
  nextAttemptAt: at('next_attempt_at').notNull(),
  finishedAt: at('finished_at'),
  lastError: text('last_error'),
  createdAt: at('created_at').notNull(),
  kind: text('kind').$type<DeliveryKind>().notNull().default('event'),
  channel: text('channel').$type<Channel>().notNull().default('webhook'),
  alertId: uuid('alert_id'),
  userId: uuid('user_id'),
  contactId: uuid('contact_id'),
  /** Contacts to try next, in this order, when this one cannot be reached. */
  fallbacks: uuid('fallbacks').array().notNull().default([]),
  /** Waits for the end of quiet hours. */
  held: boolean('held').notNull().default(false),
  /** Who took it, and what they call it. */
  provider: text('provider'),
  providerRef: text('provider_ref'),
  /** When a device or the provider said that it has arrived. */
  receivedAt: at('received_at'),
});

/** Ways to reach a person, in the order in which they want to be reached. */
export const contacts = pgTable('contacts', {
  id: uuid('id').primaryKey(),
  userId: uuid('user_id').notNull(),
  channel: text('channel').$type<Channel>().notNull(),
  /** A phone in E.164, an e-mail in lower case, the endpoint of a push subscription, an https URL. */
  address: text('address').notNull(),
  /** Of a push subscription or a webhook. */
  keys: json('keys').$type<ContactKeys>(),
  label: text('label'),
  position: integer('position').notNull(),
  verifiedAt: at('verified_at'),
  codeDigest: bytea('code_digest'),
  codeExpiresAt: at('code_expires_at'),
  codeTries: integer('code_tries').notNull().default(0),
  createdAt: at('created_at').notNull(),
});

/** When a person is not to be told of what is not critical; minutes of the day. */
export const quietHours = pgTable('quiet_hours', {
  userId: uuid('user_id').primaryKey(),
  fromMinute: integer('from_minute').notNull(),
  untilMinute: integer('until_minute').notNull(),
  timeZone: text('time_zone').notNull(),
});

/** How an organisation calls its people. */
export const escalationPolicies = pgTable('escalation_policies', {
  organisationId: uuid('organisation_id').primaryKey(),
  policy: json('policy').notNull(),
  updatedAt: at('updated_at').notNull(),
});

/** What is due of each escalation: a tail of the log. */
export const escalations = pgTable('escalations', {
  alertId: uuid('alert_id').notNull(),
  /** All zeros: the operators. */
  organisationId: uuid('organisation_id').notNull(),
  level: integer('level').notNull(),
  /** The event that brought it to this level. */
  seq: seqColumn('seq').notNull(),
  levelAt: at('level_at').notNull(),
  nextEscalationAt: at('next_escalation_at'),
  ended: text('ended').$type<'acknowledged' | 'closed' | 'exhausted' | 'moved'>(),
});

/** Who is on duty every week, local to the organisation. */
export const shifts = pgTable('shifts', {
  id: uuid('id').primaryKey(),
  organisationId: uuid('organisation_id').notNull(),
  userId: uuid('user_id').notNull(),
  /** Null: all areas of the organisation. */
  areaId: uuid('area_id'),
  /** ISO: Monday is 1. */
  weekday: integer('weekday').notNull(),
  startMinute: integer('start_minute').notNull(),
  /** Not after the start: on the next day. */
  endMinute: integer('end_minute').notNull(),
  createdAt: at('created_at').notNull(),
});

/** Somebody is, or is not, on duty from one moment until another, whatever their shifts say. */
export const shiftOverrides = pgTable('shift_overrides', {
  id: uuid('id').primaryKey(),
  organisationId: uuid('organisation_id').notNull(),
  userId: uuid('user_id').notNull(),
  areaId: uuid('area_id'),
  onDuty: boolean('on_duty').notNull(),
  fromAt: at('from_at').notNull(),
  untilAt: at('until_at').notNull(),
  createdAt: at('created_at').notNull(),
});

/** Alerts that were raised to try out who is reached. */
export const drills = pgTable('drills', {
  alertId: uuid('alert_id').primaryKey(),
  organisationId: uuid('organisation_id').notNull(),
  areaId: uuid('area_id'),
  startedBy: uuid('started_by'),
  startedAt: at('started_at').notNull(),
});

/** Jobs that were given up, beside the deliveries that were. */
export const deadJobs = pgTable('dead_jobs', {
  id: uuid('id').primaryKey(),
  queue: text('queue').notNull(),
  job: text('job').notNull(),
  payload: json('payload').notNull(),
  reason: text('reason').notNull(),
  attempts: integer('attempts').notNull(),
  at: at('at').notNull(),
  status: text('status').$type<'dead' | 'replaying' | 'replayed' | 'dropped'>().notNull().default('dead'),
  finishedAt: at('finished_at'),
});

/** One row: what the last audit of all escalations found. */
export const escalationAudit = pgTable('escalation_audit', {
  id: boolean('id').primaryKey().default(true),
  ranAt: at('ran_at').notNull(),
  checked: integer('checked').notNull(),
  findings: json('findings').notNull(),
});

/** How much of all text messages goes to each provider first, per cent. */
export const smsShares = pgTable('sms_shares', {
  provider: text('provider').primaryKey(),
  share: integer('share').notNull(),
  changedAt: at('changed_at').notNull(),
});
