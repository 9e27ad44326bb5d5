import { ALERT_OPERATIONS } from '../alerts/alerts.operations.js';
import { HEALTH_OPERATIONS } from '../health/health.operations.js';
import { PAGE_OPERATIONS } from '../pages/pages.operations.js';
import { DOCS_OPERATIONS } from './docs.operations.js';
import type { OperationGroup } from './operation.js';

/** Every route of an API process; a test compares them with those of the router. */
export const OPERATION_GROUPS: readonly OperationGroup[] = [
  ALERT_OPERATIONS,
  HEALTH_OPERATIONS,
  PAGE_OPERATIONS,
  DOCS_OPERATIONS,
];
