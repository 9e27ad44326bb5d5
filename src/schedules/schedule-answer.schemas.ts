import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import type { Roster } from './duty-roster.js';
import type { OverrideView } from './shift-overrides.js';
import type { ShiftView } from './shifts.js';

const id = z.uuid();
const time = z.iso.datetime();
const whoWhere = {
  id,
  organisationId: id,
  userId: id,
  name: z.string().describe('Of the person'),
  areaId: id.nullable().describe('Null: all areas of the organisation'),
};

/** A weekly shift. */
export const shiftSchema = describes<ShiftView>()(
  z
    .object({
      ...whoWhere,
      weekday: z.int().min(1).max(7).describe('On which it begins; Monday is 1'),
      start: z.string().describe('Such as 18:00, in the time zone of the organisation'),
      end: z.string().describe('Not after the start: on the next day'),
      createdAt: time,
    })
    .meta({ id: 'Shift' }),
);
export const shiftsSchema = z.object({ items: z.array(shiftSchema) }).meta({ id: 'Shifts' });

/** An exception from shifts. */
export const overrideSchema = describes<OverrideView>()(
  z
    .object({ ...whoWhere, onDuty: z.boolean(), from: time, until: time, createdAt: time })
    .meta({ id: 'ShiftOverride' }),
);
export const overridesSchema = z.object({ items: z.array(overrideSchema) }).meta({ id: 'ShiftOverrides' });

/** Who is on duty. */
export const rosterSchema = describes<Roster>()(
  z
    .object({
      at: time,
      items: z.array(
        z.object({
          userId: id,
          name: z.string(),
          areaIds: z.array(id).nullable().describe('Null: everywhere in the organisation'),
          until: time.nullable().describe('Null: until they say so'),
          by: z.enum(['person', 'schedule']).describe('Begun by hand, or by shifts and overrides'),
        }),
      ),
    })
    .meta({ id: 'DutyRoster' }),
);
