import type { Alert, AlertEvent } from './alert.js';

/** `proven`: by the reporter, who may read all they told. `promoted`: an unverified alert became verified. */
export interface Decision {
  readonly outcome: 'raised' | 'folded' | 'replayed' | 'changed' | 'unchanged';
  readonly alertId: string;
  readonly proven: boolean;
  readonly promoted?: boolean;
  readonly event?: AlertEvent;
}
export interface Refusal {
  readonly refused: 'ALERT_NOT_FOUND' | 'ALERT_STATE';
  /** The alert as it is, where there is one. */
  readonly alert?: Alert;
}
