import { Agent, request } from 'node:http';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { monotonicMs } from '../load/monotonic.mjs';
import { ALERT_BODY } from './alert-message.mjs';

const PATH = '/api/v1/emergency/alerts';
const BODY = JSON.stringify(ALERT_BODY);
const HEADERS = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(BODY) };

/** Raises alerts over kept connections; `sentAt` and `answeredAt` are ms of the clock that all processes share. */
export function alertSender(url) {
  const agent = new Agent({ keepAlive: true });
  const raise = () =>
    new Promise((resolve, reject) => {
      const sentAt = monotonicMs();
      const sent = request(new URL(PATH, url), { method: 'POST', agent, headers: HEADERS }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode !== 201)
            return reject(new PlainError(`POST answered ${response.statusCode}: ${text}`));
          resolve({ id: JSON.parse(text).id, sentAt, answeredAt: monotonicMs() });
        });
      });
      sent.on('error', reject);
      sent.end(BODY);
    });
  return { raise, stop: () => agent.destroy() };
}
