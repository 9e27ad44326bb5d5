import type { Actor, Alert, Escalated } from './alert.js';
import type { Decision, Refusal } from './decision.js';

/** Nobody has taken notice of the alert: it goes on to the next step. */
export interface EscalateCommand {
  readonly type: 'escalate';
  readonly alertId: string;
  readonly at: string;
  readonly actor: Actor;
  readonly details: Escalated;
}

/**
 * Escalates an alert that nobody has taken notice of, once to each level: whoever acknowledges before this in the log
 * stops it, and two workers that do the same do it once.
 */
export function decideEscalation(alert: Alert | undefined, command: EscalateCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { alertId, at, actor, details } = command;
  const stand = alert.escalations.find(({ organisationId }) => organisationId === details.organisationId);
  const isNext = details.level > (stand?.level ?? 0) && !stand?.exhausted;
  if (alert.status !== 'open' || !isNext) return { outcome: 'unchanged', alertId, proven: false };
  const event = { type: 'alert.escalated', alertId, at, actor, details } as const;
  return { outcome: 'changed', alertId, proven: false, event };
}
