/**
 * Who looks at the list: `{ user }` with an account, `{ token }` with the operator key. What follows decides only what
 * the page offers; the server decides what is allowed.
 */

/** Whether they run the deployment: they see and do everything. */
export function isOperator({ user, token }) {
  return Boolean(token || user?.operator);
}

/** The roles of an account in these organisations. */
export function rolesIn({ user }, organisations = []) {
  const own = (user?.memberships ?? []).filter(({ organisationId }) => organisations.includes(organisationId));
  return own.map(({ role }) => role);
}

/** Whether they answer alerts at all; whoever does not follows the own ones. */
export function isResponder(viewer) {
  return isOperator(viewer) || viewer.user.memberships.some(({ role }) => role !== 'member');
}

/** Whether they answer for an alert, and may close and open it again whatever others did. */
export function mayManage(viewer, alert) {
  return isOperator(viewer) || rolesIn(viewer, alert.organisations).includes('dispatcher');
}

export function mayAnswer(viewer, alert) {
  return mayManage(viewer, alert) || rolesIn(viewer, alert.organisations).includes('responder');
}

/** Responders who are not on duty at the place of an alert are told only about where it is. */
export function seesAbout(viewer, alert) {
  const onDuty = (viewer.user?.duties ?? []).some((area) => alert.areas?.includes(area));
  return !onDuty && !mayManage(viewer, alert) && mayAnswer(viewer, alert);
}

/** Whether something that was done is by them. */
export function isBy(viewer, { by }) {
  return viewer.user ? by.id === viewer.user.id : by.kind === 'operator' && by.id === undefined;
}
