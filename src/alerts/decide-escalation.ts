import type { Actor, Alert, Escalated } from './alert.js';
import type { Decision, Refusal } from './decision.js';

/** Nobody has taken notice of the alert: it goes on to the next step. */
export interface EscalateCommand {
  readonly type: 'escalate';
  readonly alertId: string;
  readonly at: string;
  readonly actor: Actor;
  /** The level that it leaves; an escalation that has started anew meanwhile is not at it. */
  readonly from: number;
  readonly details: Escalated;
}

/**
 * Escalates an alert that nobody has taken notice of, once to each level: whoever acknowledges before this in the log
 * stops it, and two workers that do the same do it once.
 */
export function decideEscalation(alert: Alert | undefined, command: EscalateCommand): Decision | Refusal {
  if (!alert) return { refused: 'ALERT_NOT_FOUND' };
  const { alertId, at, actor, from, details } = command;
  if (alert.status !== 'open' || !isAt(alert, from, details)) return { outcome: 'unchanged', alertId, proven: false };
  const event = { type: 'alert.escalated', alertId, at, actor, details: withPlacesOf(alert, details) } as const;
  return { outcome: 'changed', alertId, proven: false, event };
}

function isAt({ organisations, escalations }: Alert, from: number, { organisationId, level }: Escalated): boolean {
  const stand = escalations.find((each) => each.organisationId === organisationId);
  const belongs = organisationId === null ? organisations.length === 0 : organisations.includes(organisationId);
  return belongs && !stand?.exhausted && (stand?.level ?? 0) === from && level > from;
}

/** Others are called in; where the alert belongs otherwise may have changed since the command was made. */
function withPlacesOf(alert: Alert, details: Escalated): Escalated {
  if (!details.places) return details;
  const organisations = [...new Set([...alert.organisations, ...details.places.organisations])].sort();
  return { ...details, places: { areas: alert.areas, organisations } };
}
