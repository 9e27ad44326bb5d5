import type { Alert } from './alert.js';

/** What alerts of earlier versions do not have in their stored JSON. */
const SINCE_THEN = {
  source: 'web',
  areas: [],
  organisations: [],
  reporterId: null,
  responses: [],
  escalations: [],
  duress: null,
} as const satisfies Partial<Alert>;

/** An alert as it was stored, by this version or an earlier one. */
export function storedAlert(alert: Alert): Alert {
  return 'escalations' in alert ? alert : { ...SINCE_THEN, ...(alert as Alert) };
}
