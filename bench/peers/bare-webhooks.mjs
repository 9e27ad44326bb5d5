import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { postWebhook } from '../../dist/notifications/webhook-request.js';
import { answer, listen, readBody } from './http-server.mjs';

/** Posts as our workers do, by the same client and as many at once, and does nothing else: no ledger, no job, no signature. */
const LIMIT_MS = 5000;
const body = JSON.stringify({ type: 'notification.alert', data: 'x'.repeat(450) });

await listen(createServer((request, response) => readBody(request, (text) => void run(JSON.parse(text), response))));

async function run({ target, count, concurrency }, response) {
  const url = new URL(target);
  const addresses = [{ address: url.hostname, family: 4 }];
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const headers = { 'content-type': 'application/json', 'webhook-id': randomUUID() };
      const signal = AbortSignal.timeout(LIMIT_MS);
      await postWebhook({ url, addresses, headers, body, signal, maxAnswerBytes: 16_384 });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  answer(response, 200, { count });
}
