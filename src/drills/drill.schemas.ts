import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import { ALERT_STATUSES } from '../alerts/alert.js';
import { MESSAGE_MAX, text } from '../alerts/alert.schemas.js';
import { CHANNELS } from '../alerts/channel.js';
import { SEVERITIES } from '../alerts/severity.js';
import { DELIVERY_STATUSES } from '../notifications/delivery.js';
import type { Drill } from './drill.js';
import { DRILL_OUTCOMES, type DrillReport } from './drill-report.js';

const id = z.uuid();
const time = z.iso.datetime();
const count = z.int().min(0);
const ms = z.int().nullable().describe('ms after the start');
const spread = z.object({ p50Ms: z.int(), maxMs: z.int() }).nullable();

/** Body of a new drill. */
export const newDrillSchema = z
  .object({
    areaId: id.toLowerCase().nullable().default(null).describe('Absent: all areas of the organisation'),
    severity: z.enum(SEVERITIES).default('high'),
    message: text(MESSAGE_MAX).optional(),
  })
  .meta({ id: 'NewDrill' });

/** A drill. */
export const drillSchema = describes<Drill>()(
  z
    .object({
      alertId: id,
      reference: z.string().describe('Short name for people, such as NB-7K3F2'),
      organisationId: id,
      areaId: id.nullable().describe('Null: all areas of the organisation'),
      severity: z.enum(SEVERITIES),
      status: z.enum(ALERT_STATUSES).describe('Of its alert; it ends as every other alert does'),
      startedAt: time,
      startedBy: z.object({ userId: id, name: z.string() }).nullable(),
      endedAt: time.nullable(),
    })
    .meta({ id: 'Drill' }),
);
export const drillsSchema = z.object({ items: z.array(drillSchema) }).meta({ id: 'Drills' });

const call = z.object({
  channel: z.enum(CHANNELS),
  status: z.enum(DELIVERY_STATUSES),
  provider: z.string().nullable(),
  sentMs: ms,
  receivedMs: ms,
  reason: z.string().nullable().describe('Why it was not sent, or not yet'),
});
const person = z.object({
  userId: id,
  name: z.string(),
  outcome: z.enum(DRILL_OUTCOMES).describe('How far it came with them'),
  receivedMs: ms,
  seenMs: ms,
  acknowledgedMs: ms,
  calls: z.array(call).describe('Every message to them'),
});

/** The report of a drill. */
export const drillReportSchema = describes<DrillReport>()(
  z
    .object({
      drill: drillSchema,
      level: count.describe('How many times it went on because nobody took notice'),
      exhausted: z.boolean().describe('Nobody took notice at any level'),
      called: count.describe('People, by a message or a page that was open'),
      reached: count.describe('Of them, those whose device told so, or who took notice'),
      acknowledged: count,
      reachedShare: z.number().min(0).max(1).nullable().describe('Null: nobody was called'),
      sent: spread.describe('How long messages took to be handed over'),
      received: spread.describe('How long it took to reach each person'),
      people: z.array(person).describe('Everybody who answers alerts of the organisation'),
    })
    .meta({ id: 'DrillReport' }),
);
