import type { AlertStatus } from '../alerts/alert.js';
import type { Severity } from '../alerts/severity.js';

/** An alert that was raised to try out who is reached. Times are RFC 3339 UTC. */
export interface Drill {
  readonly alertId: string;
  readonly reference: string;
  readonly organisationId: string;
  /** Null: all areas of the organisation. */
  readonly areaId: string | null;
  readonly severity: Severity;
  readonly status: AlertStatus;
  readonly startedAt: string;
  /** Null: with the operator key, or by an account that is gone. */
  readonly startedBy: { readonly userId: string; readonly name: string } | null;
  readonly endedAt: string | null;
}
