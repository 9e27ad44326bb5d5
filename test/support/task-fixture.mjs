import { JOB_NAMES } from '../../dist/queues/queue-map.js';
import { serveTasks } from '../../dist/queues/task-child.js';

/** A child whose jobs do what their payload says, so that every limit can be met. */
const acts = {
  echo: ({ value }) => value,
  pid: () => process.pid,
  fail: () => {
    throw new Error('as asked');
  },
  crash: () => process.exit(3),
  environment: () => ({ argv: process.argv.slice(2), names: Object.keys(process.env) }),
  /** Never returns to the event loop: nothing but a kill ends it. */
  spin: () => {
    for (;;);
  },
  untilAborted: (_payload, signal) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
};

/** What a job that BullMQ carries does, by the last digit of its first delivery. */
const ACTS_OF_IDS = { 1: 'fail', 2: 'crash' };
const actOf = ({ act, deliveryIds }) => acts[act ?? ACTS_OF_IDS[deliveryIds?.[0].at(-1)]] ?? acts.echo;

serveTasks(({ handlers = JOB_NAMES }) => ({
  handlers: handlers.map((job) => ({
    job,
    run: async (payload, signal) => actOf(payload)(payload, signal),
  })),
  close: async () => undefined,
}));
