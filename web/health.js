import { byId, element, setPill } from './dom.js';

const EVERY_MS = 10_000;
const OVERALL = { healthy: 'good', degraded: 'warn', unhealthy: 'bad' };

/** Shows the health of the Redis users, and says so when it does not know. */
export function startHealth() {
  const overall = byId('health-overall');
  const users = byId('health-users');

  async function look() {
    try {
      const response = await fetch('/health/redis', { cache: 'no-store', signal: AbortSignal.timeout?.(5000) });
      const health = await response.json(); // an unhealthy system answers 503 with the same body
      const status = health.overall_status;
      setPill(overall, OVERALL[status] ?? 'off', status ?? 'Unknown');
      users.replaceChildren(...Object.entries(health.redis_acl_health ?? {}).map(userItem));
    } catch {
      setPill(overall, 'off', 'Unknown: no answer');
      users.replaceChildren();
    }
  }

  async function keepLooking() {
    if (document.visibilityState === 'visible') await look();
    setTimeout(() => void keepLooking(), EVERY_MS);
  }
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void look());
  void keepLooking();
}

function userItem([name, { status }]) {
  const pill = element('span', { className: 'pill' });
  setPill(pill, status === 'healthy' ? 'good' : 'bad', status.replaceAll('_', ' '));
  return element('li', {}, element('code', { textContent: name }), pill);
}
