import type { Places } from '../alerts/alert.js';
import { AppError } from '../errors/app-error.js';
import { personOf, type Caller } from './caller.js';
import type { Role, Scope } from './roles.js';

/**
 * How much of an alert one sees. `full`: everything, for whoever answers it. `coarse`: that something happens, and about
 * where, for responders of the organisation who are not on duty there. `own`: what the reporter told, and how it goes.
 */
export type Sight = 'full' | 'coarse' | 'own';

/** What of an alert decides who sees it. */
export interface SeenAlert extends Places {
  readonly id: string;
  readonly verified: boolean;
  readonly reporterId: string | null;
}

/** What can be done with an alert beside raising and reading it. */
export type AlertAction = 'acknowledge' | 'respond' | 'resolve' | 'reopen' | 'cancel' | 'update';

/** What can be done with an organisation and its people. */
export type DirectoryAction =
  | 'organisations:read'
  | 'organisations:create'
  | 'organisation:change'
  | 'members:read'
  | 'members:change'
  | 'members:add'
  | 'members:leave'
  | 'areas:read'
  | 'areas:change'
  | 'duties:own'
  | 'duties:change'
  | 'api-keys:change'
  | 'positions:read'
  | 'escalation:read'
  | 'escalation:change'
  | 'shifts:read'
  | 'shifts:change'
  | 'drills:run'
  | 'users:change';

/** Roles that may, in the organisation in question; operators may everything, and where none stands, they alone. */
const DIRECTORY: Readonly<Record<DirectoryAction, readonly Role[]>> = {
  'organisations:read': ['member', 'responder', 'dispatcher'],
  'organisations:create': [],
  'organisation:change': [],
  'members:read': ['dispatcher'],
  'members:change': ['dispatcher'],
  // Without asking them: dispatchers invite.
  'members:add': [],
  'members:leave': ['member', 'responder', 'dispatcher'],
  'areas:read': ['member', 'responder', 'dispatcher'],
  'areas:change': ['dispatcher'],
  'duties:own': ['responder', 'dispatcher'],
  'duties:change': ['dispatcher'],
  'api-keys:change': ['dispatcher'],
  'positions:read': ['dispatcher'],
  'escalation:read': ['dispatcher'],
  'escalation:change': ['dispatcher'],
  'shifts:read': ['responder', 'dispatcher'],
  'shifts:change': ['dispatcher'],
  'drills:run': ['dispatcher'],
  'users:change': [],
};

const ANSWER_SCOPE: Scope = 'alerts:answer';

/** How much of an alert a caller sees; undefined: nothing of it. */
export function sightOf(caller: Caller, alert: SeenAlert): Sight | undefined {
  return sightBy(grantsOf(caller), alert);
}

/**
 * What lets somebody see alerts, as plain JSON: the one rule of sight works on it, for a request as well as for a socket
 * that stays. Absent is nothing.
 */
export interface Grants {
  /** Every alert. */
  readonly all?: true;
  /** Organisations all of whose alerts are seen in full. */
  readonly full?: readonly string[];
  /** Organisations whose alerts are seen in full in the areas of `duties`, and coarsely elsewhere. */
  readonly responding?: readonly string[];
  readonly duties?: readonly string[];
  /** Account whose own alerts are seen as a reporter sees them. */
  readonly reporterId?: string;
  /** Alert whose receipt proves that one reported it. */
  readonly receiptOf?: string;
}

/** What a caller may see. */
export function grantsOf(caller: Caller): Grants {
  switch (caller.kind) {
    case 'operator':
      return { all: true, ...(caller.person ? { reporterId: caller.person.id } : {}) };
    case 'machine':
      return caller.scopes.includes('alerts:read') ? { full: [caller.organisationId] } : {};
    case 'person': {
      const { id, memberships, duties } = caller.person;
      const where = (role: Role) =>
        memberships.filter((each) => each.role === role).map(({ organisationId }) => organisationId);
      const responding = where('responder');
      return {
        full: where('dispatcher'),
        responding,
        // Whoever responds nowhere (any more) is on duty nowhere.
        duties: responding.length > 0 ? duties : [],
        reporterId: id,
      };
    }
    case 'reporter':
      return caller.proven ? { receiptOf: caller.alertId } : {};
    case 'anonymous':
      return {};
  }
}

/**
 * How much of an alert these grants let see; undefined: nothing of it. One's own alert everybody sees as its reporter,
 * whatever else they are: under duress, somebody looks over their shoulder.
 */
function sightBy(grants: Grants, alert: SeenAlert): Sight | undefined {
  return ownSight(grants, alert) ?? answeringSight(grants, alert) ?? respondingSight(grants, alert);
}

/** As {@link sightBy}, of what is told live: an alert that is not verified does not call every responder out. */
export function liveSightBy(grants: Grants, alert: SeenAlert): Sight | undefined {
  if (alert.verified) return sightBy(grants, alert);
  return ownSight(grants, alert) ?? answeringSight(grants, alert);
}

function answeringSight({ all, full = [] }: Grants, { organisations }: SeenAlert): Sight | undefined {
  return all || full.some((id) => organisations.includes(id)) ? 'full' : undefined;
}

function respondingSight({ responding = [], duties = [] }: Grants, alert: SeenAlert): Sight | undefined {
  if (!responding.some((id) => alert.organisations.includes(id))) return undefined;
  return duties.some((id) => alert.areas.includes(id)) ? 'full' : 'coarse';
}

function ownSight({ reporterId, receiptOf }: Grants, alert: SeenAlert): Sight | undefined {
  const isOwn = (reporterId !== undefined && reporterId === alert.reporterId) || receiptOf === alert.id;
  return isOwn ? 'own' : undefined;
}

/**
 * Whether a caller may do this to an alert. Its reporter may cancel it, with a PIN beside that, and add to it, and nothing
 * else, whatever else they are.
 */
export function mayAnswer(caller: Caller, action: AlertAction, alert: SeenAlert): boolean {
  if (isReporterOf(caller, alert)) return action === 'cancel' || action === 'update';
  return caller.kind === 'operator' || answers(caller, action, alert);
}

/** Whether what a caller raises is trusted as it stands. Everybody may raise; with these doubts it is unverified. */
export function mayRaise(caller: Caller): boolean {
  return caller.kind === 'machine' ? caller.scopes.includes('alerts:raise') : true;
}

/** Whether a caller presses for the owner of this phone number, as those who answer alerts do, and not for themselves. */
export function isOnBehalf(caller: Caller, phone: string | undefined): boolean {
  if (phone === undefined || (caller.kind !== 'person' && caller.kind !== 'operator')) return false;
  const isStaff = caller.kind === 'operator' || caller.person.memberships.some(({ role }) => role !== 'member');
  return isStaff && caller.person?.phone !== phone;
}

/**
 * The places whose alerts a caller may list: organisations, and the own account for own alerts; `all` for operators;
 * undefined when there is nothing to list. How much of each they see says {@link sightOf}.
 */
export function listedPlaces(caller: Caller): 'all' | readonly string[] | undefined {
  const { all, full = [], responding = [], reporterId } = grantsOf(caller);
  if (all) return 'all';
  const places = [...full, ...responding, ...(reporterId === undefined ? [] : [reporterId])];
  return places.length > 0 ? places : undefined;
}

/** Whether a caller is told by name whom an alert reached; everybody else who sees it is told how many. */
export function mayNameReached(caller: Caller, alert: SeenAlert): boolean {
  if (isReporterOf(caller, alert)) return false;
  if (caller.kind === 'operator') return true;
  return caller.kind === 'person' && rolesIn(caller, alert.organisations).includes('dispatcher');
}

/** The organisations whose dispatchers learn where this caller is: those that they answer alerts for. */
export function positionOrganisations(caller: Caller): string[] {
  const memberships = personOf(caller)?.memberships ?? [];
  return memberships.filter(({ role }) => role !== 'member').map(({ organisationId }) => organisationId);
}

/** Whether a caller proved to be who reported this alert. */
export function isReporterOf(caller: Caller, alert: Pick<SeenAlert, 'id' | 'reporterId'>): boolean {
  if (caller.kind === 'reporter') return caller.proven && caller.alertId === alert.id;
  const person = personOf(caller);
  return person !== undefined && alert.reporterId === person.id;
}

/** Whether a caller may do this in an organisation. */
export function mayManage(caller: Caller, action: DirectoryAction, organisationId?: string): boolean {
  if (caller.kind === 'operator') return true;
  if (caller.kind !== 'person' || organisationId === undefined) return false;
  return rolesIn(caller, [organisationId]).some((role) => DIRECTORY[action].includes(role));
}

/** @throws AppError UNAUTHENTICATED or FORBIDDEN */
export function requireMay(caller: Caller, may: boolean): void {
  if (may) return;
  throw new AppError(caller.kind === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN');
}

function answers(caller: Caller, action: AlertAction, alert: SeenAlert): boolean {
  const roles = caller.kind === 'person' ? rolesIn(caller, alert.organisations) : [];
  if (roles.includes('dispatcher')) return true;
  // To reopen, to cancel without the PIN or to move an alert takes a person who answers for the organisation.
  if (action !== 'acknowledge' && action !== 'respond' && action !== 'resolve') return false;
  return roles.includes('responder') || isAnsweringMachine(caller, alert);
}

function isAnsweringMachine(caller: Caller, { organisations }: SeenAlert): boolean {
  return (
    caller.kind === 'machine' && caller.scopes.includes(ANSWER_SCOPE) && organisations.includes(caller.organisationId)
  );
}

function rolesIn(caller: Caller & { kind: 'person' }, organisations: readonly string[]): Role[] {
  return caller.person.memberships
    .filter(({ organisationId }) => organisations.includes(organisationId))
    .map(({ role }) => role);
}
