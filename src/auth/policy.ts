import type { Places } from '../alerts/alert.js';
import { AppError } from '../errors/app-error.js';
import type { Caller } from './caller.js';
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

/** How much of an alert a caller sees; undefined: nothing of it. */
export function sightOf(caller: Caller, alert: SeenAlert): Sight | undefined {
  switch (caller.kind) {
    case 'operator':
      return 'full';
    case 'machine':
      return caller.scopes.includes('alerts:read') && alert.organisations.includes(caller.organisationId)
        ? 'full'
        : undefined;
    case 'person': {
      const { id, duties } = caller.person;
      const roles = rolesIn(caller, alert.organisations);
      if (roles.includes('dispatcher')) return 'full';
      if (roles.includes('responder')) return duties.some((area) => alert.areas.includes(area)) ? 'full' : 'coarse';
      return alert.reporterId === id ? 'own' : undefined;
    }
    case 'reporter':
      return caller.proven && caller.alertId === alert.id ? 'own' : undefined;
    case 'anonymous':
      return undefined;
  }
}

/** Whether a caller may do this to an alert. Cancelling as its reporter takes a PIN beside that. */
export function mayAnswer(caller: Caller, action: AlertAction, alert: SeenAlert): boolean {
  if (caller.kind === 'operator') return true;
  if (isReporterOf(caller, alert)) return action === 'cancel' || action === 'update' || answers(caller, action, alert);
  return answers(caller, action, alert);
}

/** Whether a caller proved to be who reported this alert. */
export function isReporterOf(caller: Caller, alert: Pick<SeenAlert, 'id' | 'reporterId'>): boolean {
  if (caller.kind === 'reporter') return caller.proven && caller.alertId === alert.id;
  const person = caller.kind === 'person' || caller.kind === 'operator' ? caller.person : undefined;
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
