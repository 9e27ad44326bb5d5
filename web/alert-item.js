import { createAlertActions } from './alert-actions.js';
import { badgesOf, contactOf, factsOf, peopleOf, testWord } from './alert-facts.js';
import { isOpen } from './alert-status.js';
import { element, setText } from './dom.js';
import { createEscalationLine } from './escalation-line.js';
import { createReachDetails } from './reach-details.js';
import { mayManage } from './viewer.js';

/**
 * One alert of the list. `viewing` tells what stands beside it: `viewer()`, `areaNames(ids)`,
 * `organisationName(id)`, `others(id)`, and `act(id, action, body)`, which resolves with the alert, or with the problem to show.
 */
export function createAlertItem(first, viewing) {
  let alert = first;
  const title = element('h3');
  const status = element('span', { className: 'pill' });
  const badges = element('span', { className: 'badges' });
  const facts = element('p', { className: 'facts' });
  const people = element('ul', { className: 'people' });
  const escalation = createEscalationLine(viewing);
  const reach = createReachDetails(viewing.viewer);
  const contact = element('p', { className: 'contact' });
  const message = element('p', { className: 'message' });
  const actions = createAlertActions({
    ...viewing,
    // The socket may have been faster; whoever sees it no more is told of its state alone.
    onAlert: (answer) => answer.seq > alert.seq && update({ ...alert, ...answer }),
  });
  const node = element(
    'li',
    { className: 'alert' },
    element('div', { className: 'row' }, title, status, badges),
    escalation.node,
    facts,
    contact,
    message,
    people,
    actions.node,
    reach.node,
  );

  function update(next) {
    alert = next;
    node.id = `alert-${alert.id}`;
    node.dataset.status = alert.status;
    setText(title, `${alert.reference}: ${alert.kind}, ${alert.severity}${testWord(alert)}`);
    status.dataset.state = { open: 'alarm', acknowledged: 'warn' }[alert.status] ?? 'off';
    setText(status, alert.status);
    fill(badges, badgesOf(alert, viewing.viewer()));
    facts.replaceChildren(...factsOf(alert, viewing));
    fill(contact, contactOf(alert.contact));
    fill(people, peopleOf(alert, viewing));
    setText(message, alert.message ?? '');
    message.hidden = !alert.message;
    actions.update(alert);
    const manages = mayManage(viewing.viewer(), alert);
    escalation.update(alert, manages);
    reach.update(alert, manages);
  }

  update(first);
  return {
    node,
    title,
    update,
    setReach: reach.setCounts,
    isClosed: () => !isOpen(alert),
    get alert() {
      return alert;
    },
  };
}

function fill(node, children) {
  node.replaceChildren(...children);
  node.hidden = children.length === 0;
}
