import { isOpen } from './alert-status.js';
import { createClosingForm } from './closing-form.js';
import { element, setText } from './dom.js';
import { isBy, mayAnswer, mayManage } from './viewer.js';

/** Minutes that are offered until a responder says another number. */
const USUAL_MINUTES = 10;

/**
 * What can be done with an alert. `act(id, action, body)` resolves with the alert, which goes to `onAlert`, or with the
 * problem, which is shown here.
 */
export function createAlertActions({ viewer, others, act, onAlert }) {
  let alert;
  const problem = element('p', { role: 'alert' });
  const buttons = [];
  const button = (label, action, body = () => ({})) => {
    const node = element('button', { type: 'button', className: 'plain', textContent: label });
    node.addEventListener('click', () => void press(node, action, body()));
    buttons.push(node);
    return node;
  };

  const minutes = element('input', { type: 'number', className: 'minutes', min: 0, max: 1440, value: USUAL_MINUTES });
  minutes.inputMode = 'numeric';
  const minutesLabel = element('label', {}, 'Minutes away ', minutes);
  const acknowledge = button('Acknowledge', 'acknowledge');
  const enRoute = button('En route', 'respond', () => ({ status: 'en_route', ...etaOf(minutes.value) }));
  const onScene = button('On scene', 'respond', () => ({ status: 'on_scene' }));
  const standDown = button('Stand down', 'respond', () => ({ status: 'stood_down' }));
  const reopen = button('Reopen', 'reopen');
  const closing = createClosingForm({ button, others: () => others(alert.id) });
  const coming = element('span', { className: 'coming' }, minutesLabel, enRoute);
  const row = element('div', { className: 'row' }, acknowledge, coming, onScene, standDown, reopen);

  async function press(node, action, body) {
    node.disabled = true;
    setText(problem, '');
    const { answer, problem: why } = await act(alert.id, action, body);
    node.disabled = false;
    if (answer) onAlert(answer);
    else setText(problem, why);
  }

  return {
    node: element('div', {}, row, closing.node, problem),
    update(next) {
      alert = next;
      const who = viewer();
      // A step stands in the log, and there the alert is not yet.
      const answers = isOpen(alert) && !alert.provisional && mayAnswer(who, alert);
      const mine = alert.responses?.find((response) => isBy(who, response))?.status;
      const isThere = mine === 'on_scene';
      acknowledge.hidden = !answers || alert.acknowledgements?.some((each) => isBy(who, each));
      // The operator key is nobody who could come.
      coming.hidden = !answers || !who.user || isThere;
      onScene.hidden = !answers || !who.user || isThere;
      standDown.hidden = !answers || !(isThere || mine === 'en_route');
      reopen.hidden = isOpen(alert) || !mayManage(who, alert);
      closing.update(alert, { mayClose: answers, mayCancel: answers && mayManage(who, alert) });
      row.hidden = [...row.children].every((each) => each.hidden);
      for (const node of buttons) node.setAttribute('aria-label', `${node.textContent} ${alert.reference}`);
    },
  };
}

function etaOf(text) {
  const etaMinutes = Number.parseInt(text, 10);
  return etaMinutes >= 0 ? { etaMinutes } : {};
}
