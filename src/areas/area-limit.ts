import type { Manager } from '../auth/request-caller.js';
import { mayManage } from '../auth/policy.js';

/**
 * Whoever draws an area sees the alerts in it. This is more than a district with its farms, and less than a country:
 * nobody makes an organisation see everybody without an operator.
 */
const DISPATCHERS_KM = 250;

/** How far an area that a caller draws may extend, km; who may change the organisation itself has no limit. */
export function maxKmOf({ caller, organisationId }: Manager): number {
  return mayManage(caller, 'organisation:change', organisationId) ? Infinity : DISPATCHERS_KM;
}
