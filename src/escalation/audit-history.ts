import type { AlertEventType } from '../alerts/alert.js';
import type { PolicyRun } from './escalation-plan.js';

/** What of an event of the log matters to who is called, and when. */
export interface AuditedEvent {
  readonly seq: number;
  readonly type: AlertEventType;
  /** Ms. */
  readonly at: number;
  /** When it came into the log, ms, where that was later: its press had waited in Redis. */
  readonly loggedAt?: number;
  /** Where the alert belongs from now on, where the event says so. */
  readonly organisations?: readonly string[];
  readonly verified?: boolean;
  /** Of an escalation. */
  readonly step?: Pick<LoggedStand, 'organisationId' | 'level' | 'exhausted' | 'policy'>;
}

/** How far the log says that the escalation of an alert has come in one organisation. */
export interface LoggedStand {
  /** Null: with the operators. */
  readonly organisationId: string | null;
  readonly level: number;
  /** When it came there, ms, and by which event. */
  readonly at: number;
  /** When that event came into the log, ms, where that was later. */
  readonly loggedAt?: number;
  readonly seq: number;
  readonly exhausted: boolean;
  /** By which it came there; absent at its beginning, and where nobody has set one. */
  readonly policy?: PolicyRun;
}

/** What the log says of one alert. */
export interface LoggedAlert {
  readonly verified: boolean;
  readonly stands: readonly LoggedStand[];
}

/**
 * Who should be calling people about an alert, and where they stand, by its events alone. Deliberately not the fold that
 * escalations are made with: what both get wrong, nobody finds.
 */
export function readHistory(events: readonly AuditedEvent[]): LoggedAlert {
  let verified = false;
  let stands: LoggedStand[] = [];
  for (const event of events) {
    const { type, at, seq, organisations, step } = event;
    if (organisations || type === 'alert.raised') stands = answeredBy(organisations ?? [], stands, event);
    const isPromoted = event.verified === true && !verified;
    if (isPromoted) verified = true;
    const isAnew = type === 'alert.reopened' || type === 'alert.duress';
    if (isAnew || isPromoted) stands = stands.map((stand) => begun(stand, event));
    if (step) stands = stands.map((stand) => (isOf(step, stand) ? { ...step, at, seq } : stand));
  }
  return { verified, stands };
}

function isOf(a: Pick<LoggedStand, 'organisationId'>, b: Pick<LoggedStand, 'organisationId'>): boolean {
  return a.organisationId === b.organisationId;
}

/** Who is newly responsible begins at the beginning; who no longer is, is gone. Nobody in particular: the operators. */
function answeredBy(
  organisations: readonly string[],
  stands: readonly LoggedStand[],
  event: AuditedEvent,
): LoggedStand[] {
  const responsible = organisations.length > 0 ? organisations : [null];
  return responsible.map((organisationId) => {
    const known = stands.find((stand) => isOf(stand, { organisationId }));
    return known ?? begun({ organisationId }, event);
  });
}

function begun(
  { organisationId }: Pick<LoggedStand, 'organisationId'>,
  { at, loggedAt, seq }: AuditedEvent,
): LoggedStand {
  return { organisationId, level: 0, at, ...(loggedAt === undefined ? {} : { loggedAt }), seq, exhausted: false };
}
