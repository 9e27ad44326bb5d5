import type { Alert, Escalated, LogEntry } from '../alerts/alert.js';

/** Why nothing is due any more. */
export type Ended = 'acknowledged' | 'closed' | 'exhausted' | 'moved';

/** What an event means for the escalation in one organisation (null: with the operators). */
export type EscalationChange =
  /** It starts at level 0, anew where it ran before. `ended`: its people are told, and nothing more follows. */
  | { readonly kind: 'begins'; readonly organisationId: string | null; readonly ended?: 'acknowledged' }
  | { readonly kind: 'escalated'; readonly organisationId: string | null; readonly details: Escalated }
  | { readonly kind: 'ends'; readonly organisationId: string | null; readonly ended: Ended };

/** What is known of an alert's escalations before the event: what ended where, null where it runs. */
export type Running = ReadonlyMap<string | null, Ended | null>;

/**
 * What follows from an event of an alert. Pure.
 * @param becameVerified the event brought the alert into the verified lane
 */
export function followAlert(entry: LogEntry, running: Running, becameVerified: boolean): EscalationChange[] {
  const { alert, type } = entry;
  const here = placesOf(alert);
  const isAnew = becameVerified || type === 'alert.raised' || type === 'alert.reopened' || type === 'alert.duress';
  if (alert.status !== 'open') {
    const ended = alert.status === 'acknowledged' ? ('acknowledged' as const) : ('closed' as const);
    const ends = runningIn(running).map((organisationId) => ({ kind: 'ends' as const, organisationId, ended }));
    // Forced to cancel while somebody is on the way: they, too, have to know.
    const isForced = type === 'alert.duress' && ended === 'acknowledged';
    return isForced ? here.map((organisationId) => ({ kind: 'begins', organisationId, ended })) : ends;
  }
  const left = runningIn(running).filter((organisationId) => !here.includes(organisationId));
  const begun = here.filter((id) => isAnew || !running.has(id) || running.get(id) === 'moved');
  return [
    ...left.map((organisationId) => ({ kind: 'ends' as const, organisationId, ended: 'moved' as const })),
    ...(type === 'alert.escalated' ? [escalated(entry.details)] : []),
    ...begun.map((organisationId) => ({ kind: 'begins' as const, organisationId })),
  ];
}

function escalated(details: Escalated): EscalationChange {
  return { kind: 'escalated', organisationId: details.organisationId, details };
}

function placesOf({ organisations }: Pick<Alert, 'organisations'>): readonly (string | null)[] {
  return organisations.length > 0 ? organisations : [null];
}

function runningIn(running: Running): (string | null)[] {
  return [...running].filter(([, ended]) => ended === null).map(([organisationId]) => organisationId);
}
