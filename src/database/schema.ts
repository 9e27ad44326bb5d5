import { bigint, boolean, customType, integer, json, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Actor, Alert, AlertEvent } from '../alerts/alert.js';
import type { Severity } from '../alerts/severity.js';

// Columns only: keys and indexes stand in migrations/*.sql, and a test holds both in step.
const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const seqColumn = (name: string) => bigint(name, { mode: 'number' });

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

/** One row an event and receiver: the ledger of what was delivered, so that a Redis wipe loses none. */
export const deliveries = pgTable('deliveries', {
  id: uuid('id').primaryKey(),
  seq: seqColumn('seq').notNull(),
  target: text('target').notNull(),
  status: text('status').$type<'pending' | 'delivered' | 'dead'>().notNull(),
  attempts: integer('attempts').notNull().default(0),
  nextAttemptAt: at('next_attempt_at').notNull(),
  finishedAt: at('finished_at'),
  lastError: text('last_error'),
  createdAt: at('created_at').notNull(),
});
