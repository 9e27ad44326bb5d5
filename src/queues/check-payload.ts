import { UnrecoverableError } from 'bullmq';
import { payloadSchema, type QueueName } from './queue-map.js';

const SHOWN = 3;
const NAME_MAX = 60;

/**
 * What a job carries, in the shape that its handler expects.
 * @throws UnrecoverableError which says what is wrong and holds no value; trying again would not help
 */
export function checkPayload(queue: QueueName, job: string, payload: unknown): unknown {
  const schema = payloadSchema(queue, job);
  if (!schema) {
    const name = JSON.stringify(job.slice(0, NAME_MAX));
    throw new UnrecoverableError(
      `no handler here for the job ${name} of the queue ${queue}: another program added it, or a newer version of this one`,
    );
  }
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .slice(0, SHOWN)
    .map(({ path, message }) => `${path.join('.') || 'all'}: ${message}`);
  throw new UnrecoverableError(`the payload is not of the shape of ${job}: ${problems.join('; ')}`);
}
