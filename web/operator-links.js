import { ask } from './api.js';
import { element, setPill } from './dom.js';
import { isOperator } from './viewer.js';

const QUEUES = '/admin/queues';

/** For operators: the page of the queues, and how much was given up. */
export function createOperatorLinks() {
  const dead = element('span', { className: 'pill', hidden: true });
  // A browser shows who it is by the cookie of an account; the key is known to this page alone.
  const link = element('a', { href: QUEUES, textContent: 'Queues', hidden: true });
  const node = element('p', { className: 'row operators', hidden: true }, link, dead);
  let shown;

  async function read(token) {
    const { answer } = await ask('GET', '/dead-letters?limit=100', { token });
    dead.hidden = !answer;
    if (!answer) return;
    const count = answer.items.length;
    const words = `${count}${answer.next ? ' or more' : ''} given up`;
    setPill(dead, count > 0 ? 'bad' : 'good', count > 0 ? words : 'Nothing given up');
  }

  return {
    node,
    show(viewer) {
      const mayRead = isOperator(viewer);
      node.hidden = !mayRead;
      const next = mayRead && `${viewer.user?.id} ${viewer.token}`;
      if (next === shown) return;
      shown = next;
      link.hidden = !viewer.user;
      if (mayRead) void read(viewer.token);
    },
  };
}
