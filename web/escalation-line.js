import { alertPath, ask } from './api.js';
import { element, timeOf } from './dom.js';

/**
 * How far an alert has gone on because nobody took notice, in each organisation. `organisationName(id)` may not know it;
 * `mayLook()` tells whether the server says when the next step comes.
 */
export function createEscalationLine({ viewer, organisationName }) {
  const node = element('ul', { className: 'escalation', hidden: true });
  let alert;
  let next = new Map();
  let lookedFor;

  /** When the next step comes is no part of the alert. */
  async function look() {
    const asked = `${alert.id} ${alert.seq}`;
    if (lookedFor === asked) return;
    lookedFor = asked;
    const { answer } = await ask('GET', alertPath(alert.id, 'escalation'), { token: viewer().token });
    if (asked !== lookedFor || !answer) return;
    next = new Map(answer.stands.map((stand) => [stand.organisationId, stand.nextAt]));
    show();
  }

  function show() {
    const { status, escalations = [], organisations = [] } = alert;
    const isOpen = status === 'open';
    node.replaceChildren(...escalations.map((stand) => itemOf(stand, isOpen, organisations.length > 1)));
    node.hidden = escalations.length === 0;
  }

  function itemOf(stand, isOpen, isOneOfMany) {
    const where = isOneOfMany && stand.organisationId && organisationName(stand.organisationId);
    const words = isOpen ? openWords(stand, next.get(stand.organisationId)) : closedWords(stand);
    const state = isOpen ? (stand.exhausted ? 'alarm' : 'warn') : 'off';
    return element('li', { dataset: { state } }, ...(where ? [`${where}: `] : []), ...words);
  }

  return {
    node,
    update(changed, mayLook) {
      alert = changed;
      show();
      if (mayLook && alert.status === 'open' && alert.escalations?.some(({ exhausted }) => !exhausted)) void look();
    },
  };
}

function openWords({ level, at, told, exhausted }, nextAt) {
  const strong = (textContent) => element('strong', { textContent });
  if (exhausted) {
    const further = told > 0 ? `${peopleOf(told)} beyond the steps told` : 'Beyond the steps nobody could be told';
    return [strong('Nobody took notice at any step. '), `${further}, at `, timeOf(at), '.'];
  }
  const after = nextAt ? ['; next step ', timeOf(nextAt)] : [];
  const step = `step ${level + 1} at `;
  return [strong('Nobody took notice: '), step, timeOf(at), `, ${peopleOf(told)} told`, ...after, '.'];
}

function closedWords({ level, at, exhausted }) {
  if (exhausted) return ['Nobody had taken notice at any step, at ', timeOf(at), '.'];
  return [`It went on to step ${level + 1}, at `, timeOf(at), '.'];
}

function peopleOf(count) {
  return count === 1 ? '1 person' : `${count} people`;
}
