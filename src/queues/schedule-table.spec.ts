import { JOB_NAMES, payloadSchema, queueOf } from './queue-map.js';
import { SCHEDULES } from './schedule-table.js';

it('runs each job that needs no payload by one schedule, and nothing else', () => {
  const bare = JOB_NAMES.filter((job) => payloadSchema(queueOf(job), job)!.safeParse({}).success);
  expect(SCHEDULES.map(({ job }) => job).sort()).toEqual(bare.sort());
  expect(new Set(SCHEDULES.map(({ id }) => id)).size).toBe(SCHEDULES.length);
});
