import { PlainError } from './plain-error.mjs';

const DEMO_ALERTS = [
  {
    severity: 'critical',
    kind: 'medical',
    location: { lat: -33.9249, lng: 18.4241 },
    message: 'Demo: man collapsed at the taxi rank',
  },
  {
    severity: 'high',
    kind: 'fire',
    location: { lat: -33.9312, lng: 18.4488, accuracyM: 20 },
    message: 'Demo: shack fire',
  },
  {
    severity: 'medium',
    kind: 'crime',
    location: 'Corner of Main and 4th, Observatory',
    message: 'Demo: break-in next door',
  },
  {
    severity: 'low',
    kind: 'hazard',
    location: { lat: -33.918, lng: 18.41 },
    message: 'Demo: live wire across the footpath',
  },
];

/** Raises a few alerts, marked as tests, the way any client does. */
export async function raiseDemoAlerts(url) {
  for (const alert of DEMO_ALERTS) {
    const response = await fetch(`${url}/api/v1/emergency/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...alert, test: true }),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new PlainError(`A demo alert was refused with HTTP ${response.status}`);
  }
  return DEMO_ALERTS.length;
}
