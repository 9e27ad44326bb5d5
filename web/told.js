import { ask } from './api.js';
import { channelTitle } from './channels.js';
import { deliveryWords } from './delivery-words.js';
import { element, timeOf } from './dom.js';

const SHOWN = 8;
const KINDS = { alert: 'alert', test: 'test', code: 'code' };

/** What was sent to somebody lately, and how far it came. */
export function createTold() {
  const list = element('ul', { className: 'people' });
  const node = element('details', {}, element('summary', { textContent: 'Lately sent to you' }), list);

  async function read() {
    const { answer, problem } = await ask('GET', '/auth/me/notifications');
    const items = answer?.items.slice(0, SHOWN).map(itemOf) ?? [element('li', { textContent: problem })];
    list.replaceChildren(...(items.length > 0 ? items : [element('li', { textContent: 'Nothing yet.' })]));
  }

  node.addEventListener('toggle', () => node.open && void read());
  return { node, refresh: () => node.open && void read() };
}

function itemOf(told) {
  const { kind, channel, createdAt, receivedAt } = told;
  const when = receivedAt ? [' ', timeOf(receivedAt)] : [];
  const end = deliveryWords(told);
  return element(
    'li',
    {},
    `${channelTitle(channel)}, ${KINDS[kind] ?? kind}, `,
    timeOf(createdAt),
    `: ${end}`,
    ...when,
  );
}
