import { ALERT_OPERATIONS } from '../alerts/alerts.operations.js';
import { AREA_OPERATIONS } from '../areas/areas.operations.js';
import { ORGANISATION_OPERATIONS } from '../areas/organisations.operations.js';
import { CONTACT_OPERATIONS } from '../contacts/contacts.operations.js';
import { NOTIFICATION_OPERATIONS } from '../contacts/notifications.operations.js';
import { ESCALATION_OPERATIONS } from '../escalation/escalation.operations.js';
import { DEAD_LETTER_OPERATIONS } from '../dead-letters/dead-letters.operations.js';
import { DRILL_OPERATIONS } from '../drills/drills.operations.js';
import { HEALTH_OPERATIONS } from '../health/health.operations.js';
import { INBOUND_OPERATIONS } from '../inbound/inbound.operations.js';
import { METRICS_OPERATIONS } from '../metrics/metrics.operations.js';
import { PAGE_OPERATIONS } from '../pages/pages.operations.js';
import { ACCOUNT_OPERATIONS } from '../people/accounts.operations.js';
import { ADMINISTRATION_OPERATIONS } from '../people/administration.operations.js';
import { POSITION_OPERATIONS } from '../positions/positions.operations.js';
import { SCHEDULE_OPERATIONS } from '../schedules/schedules.operations.js';
import { DOCS_OPERATIONS } from './docs.operations.js';
import type { OperationGroup } from './operation.js';

/** Every route of an API process; a test compares them with those of the router. */
export const OPERATION_GROUPS: readonly OperationGroup[] = [
  ALERT_OPERATIONS,
  ACCOUNT_OPERATIONS,
  CONTACT_OPERATIONS,
  NOTIFICATION_OPERATIONS,
  ORGANISATION_OPERATIONS,
  AREA_OPERATIONS,
  ESCALATION_OPERATIONS,
  SCHEDULE_OPERATIONS,
  DRILL_OPERATIONS,
  POSITION_OPERATIONS,
  ADMINISTRATION_OPERATIONS,
  DEAD_LETTER_OPERATIONS,
  INBOUND_OPERATIONS,
  HEALTH_OPERATIONS,
  METRICS_OPERATIONS,
  PAGE_OPERATIONS,
  DOCS_OPERATIONS,
];
