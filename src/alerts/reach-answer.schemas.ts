import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import type { Reach, ReachCounts } from './reach-reader.js';

const count = z.int().min(0);
const stage = z.object({ at: z.iso.datetime(), channel: z.string().optional() });
/** How many an alert has reached. */
export const reachCountsSchema = describes<ReachCounts>()(
  z
    .object({ pushed: count, received: count, seen: count, acknowledged: count, en_route: count, on_scene: count })
    .meta({
      id: 'ReachCounts',
      description: 'How many an alert has reached; each later stage implies the earlier ones',
    }),
);
/** Whom an alert reached. */
export const reachSchema = describes<Reach>()(
  z
    .object({
      counts: reachCountsSchema,
      people: z
        .array(
          z.object({
            userId: z.uuid().optional(),
            name: z.string().optional(),
            stages: z.object({
              pushed: stage.optional(),
              received: stage.optional(),
              seen: stage.optional(),
              acknowledged: stage.optional(),
              en_route: stage.optional(),
              on_scene: stage.optional(),
            }),
          }),
        )
        .optional()
        .describe('For dispatchers and operators'),
    })
    .meta({ id: 'Reach', description: 'Whom an alert reached' }),
);
