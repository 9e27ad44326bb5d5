import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import { provisionalAlertSchema, seenAlertSchema } from '../alerts/alert-answer.schemas.js';
import { reachCountsSchema } from '../alerts/reach-answer.schemas.js';
import { positionSchema } from '../positions/positions.js';
import type {
  PositionMessage,
  PresenceCounts,
  ProvisionalMessage,
  ReachMessage,
  ResyncReason,
  ReturnMessage,
  SnapshotMessage,
} from './socket-events.js';

const count = z.int().min(0);

export const snapshotSchema = describes<SnapshotMessage>()(
  z
    .object({
      seq: count.describe('Number of the last event that it holds; 0 in all parts but the last'),
      alerts: z.array(seenAlertSchema).describe('Oldest first'),
      part: z.int().min(1).optional(),
      parts: z.int().min(1).optional(),
      audience: z.string().describe('Names what these are the alerts of: send it with the cursor'),
    })
    .meta({ id: 'Snapshot' }),
);

export const presenceSchema = describes<PresenceCounts>()(
  z
    .object({
      responders: count,
      reporters: count,
      nodes: count,
      areas: z.record(z.string(), count).describe('People on duty who are connected, by area'),
    })
    .meta({ id: 'Presence' }),
);

/** Every reason to connect anew; the schema beside it ties them to the type. */
export const RESYNC_REASONS = ['slow', 'unavailable', 'cursor-expired', 'cursor-ahead'] as const;
export const resyncSchema = describes<{ readonly reason: ResyncReason }>()(
  z.object({ reason: z.enum(RESYNC_REASONS) }).meta({ id: 'Resync' }),
);

export const returnSchema = describes<ReturnMessage>()(
  z
    .object({ withinMs: count.describe('Come back after a random part of it, however the connection ended') })
    .meta({ id: 'Return' }),
);

export const reachMessageSchema = describes<ReachMessage>()(
  z.object({ id: z.uuid(), counts: reachCountsSchema }).meta({ id: 'ReachMessage' }),
);

export const positionMessageSchema = describes<PositionMessage>()(
  positionSchema.safeExtend({ organisations: z.array(z.uuid()) }).meta({ id: 'PositionMessage' }),
);

export const provisionalMessageSchema = describes<ProvisionalMessage>()(
  z
    .object({
      at: z.iso.datetime().describe('When what it is was told'),
      alert: provisionalAlertSchema,
      became: z.uuid().nullable().optional().describe('It is this alert, and none by its own id; null: Redis lost it'),
    })
    .meta({ id: 'ProvisionalMessage' }),
);
