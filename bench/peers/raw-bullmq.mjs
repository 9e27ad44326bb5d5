import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Arrivals } from '../lib/arrivals.mjs';
import { answer, listen, readBody } from './http-server.mjs';

/**
 * BullMQ alone: one process (PART=add) adds jobs, CONCURRENCY of them in flight, another (PART=process) runs as many
 * at once and does nothing in them. No HTTP on the way, no database, no receiver.
 */
const { REDIS_PORT, REDIS_USER, REDIS_PASSWORD, PART, CONCURRENCY } = process.env;
const concurrency = Number(CONCURRENCY);
const options = {
  connection: { host: '127.0.0.1', port: Number(REDIS_PORT), username: REDIS_USER, password: REDIS_PASSWORD },
};

await listen(createServer(PART === 'add' ? adder() : processor()));

function adder() {
  const queue = new Queue('raw', { ...options, defaultJobOptions: { removeOnComplete: { count: 1000 } } });
  return (request, response) => readBody(request, (text) => void add(JSON.parse(text).count, response));

  async function add(count, response) {
    let left = count;
    const lane = async () => {
      while (left > 0) {
        left -= 1;
        await queue.add('notify', { deliveryId: randomUUID() });
      }
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    answer(response, 200, { count });
  }
}

function processor() {
  const arrivals = new Arrivals();
  const worker = new Worker('raw', async () => undefined, { ...options, concurrency });
  worker.on('completed', ({ id }) => arrivals.add(id));
  return (request, response) => arrivals.answer(request, response);
}
