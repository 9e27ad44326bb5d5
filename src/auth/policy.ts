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
  | 'areas:read'
  | 'areas:change'
  | 'duties:own'
  | 'duties:change'
  | 'api-keys:change'
  | 'positions:read'
  | 'users:change';

/** Roles that may, in the organisation in question; operators may everything, `nobody` else. */
const DIRECTORY: Readonly<Record<DirectoryAction, readonly Role[]>> = {
  'organisations:read': ['member', 'responder', 'dispatcher'],
  'organisations:create': [],
  'organisation:change': [],
  'members:read': ['dispatcher'],
  'members:change': ['dispatcher'],
  'areas:read': ['member', 'responder', 'dispatcher'],
  'areas:change': ['dispatcher'],
  'duties:own': ['responder', 'dispatcher'],
  'duties:change': ['dispatcher'],
  'api-keys:change': ['dispatcher'],
  'positions:read': ['dispatcher'],
  'users:change': [],
};

const ANSWER_SCOPE: Scope = 'alerts:answer';

/**
 * How much of an alert a caller sees; undefined: nothing of it. One's own alert everybody sees as its reporter, whatever
 * else they are: under duress, somebody is looking over their shoulder.
 */
export function sightOf(caller: Caller, alert: SeenAlert): Sight | undefined {
  if (isReporterOf(caller, alert)) return 'own';
  switch (caller.kind) {
    case 'operator':
      return 'full';
    case 'machine':
      return caller.scopes.includes('alerts:read') && alert.organisations.includes(caller.organisationId)
        ? 'full'
        : undefined;
    case 'person': {
      const roles = rolesIn(caller, alert.organisations);
      if (roles.includes('dispatcher')) return 'full';
      if (!roles.includes('responder')) return undefined;
      return caller.person.duties.some((area) => alert.areas.includes(area)) ? 'full' : 'coarse';
    }
    case 'reporter':
    case 'anonymous':
      return undefined;
  }
}

/**
 * Whether a caller may do this to an alert. Its reporter may take it back and add to it, and nothing else, whatever else
 * they are; cancelling takes a PIN beside that.
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
  switch (caller.kind) {
    case 'operator':
      return 'all';
    case 'machine':
      return caller.scopes.includes('alerts:read') ? [caller.organisationId] : undefined;
    case 'person': {
      const { id, memberships } = caller.person;
      const answered = memberships.filter(({ role }) => role !== 'member');
      return [id, ...answered.map(({ organisationId }) => organisationId)];
    }
    case 'reporter':
    case 'anonymous':
      return undefined;
  }
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
  if (caller.kind === 'machine') {
    return caller.scopes.includes(ANSWER_SCOPE) && alert.organisations.includes(caller.organisationId);
  }
  const roles = caller.kind === 'person' ? rolesIn(caller, alert.organisations) : [];
  if (roles.includes('dispatcher')) return true;
  // To reopen or cancel what others have closed or go on with takes somebody who answers for the organisation.
  return roles.includes('responder') && (action === 'acknowledge' || action === 'respond' || action === 'resolve');
}

function rolesIn(caller: Caller & { kind: 'person' }, organisations: readonly string[]): Role[] {
  return caller.person.memberships
    .filter(({ organisationId }) => organisations.includes(organisationId))
    .map(({ role }) => role);
}
