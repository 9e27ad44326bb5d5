import { ask } from './api.js';
import { createContactForm } from './contact-form.js';
import { createContactItem } from './contact-item.js';
import { element, setPill, setText } from './dom.js';
import { button, createPanel, doing, problemLine } from './fields.js';
import { createPushSetup } from './push-setup.js';
import { createQuietHours } from './quiet-hours.js';
import { createTold } from './told.js';
import { onWorkerMessage } from './worker-messages.js';

/** How somebody with an account is reached while they do not look at the page. */
export function createReachMe() {
  const panel = createPanel('How we reach you', () => void read());
  const intro = element('p', {
    className: 'small',
    textContent: 'The first way in the list is tried first; the next one when it does not work.',
  });
  const problem = problemLine();
  const list = element('ol', { className: 'contacts' });
  const items = new Map();
  const push = createPushSetup({ onChanged: read });
  const add = createContactForm({
    onAdded: (contact) => void read().then(() => begin(contact)),
  });
  const own = button('Use the phone and e-mail of this account', (node) => void addOwn(node));
  const told = createTold();
  panel.body.append(push.node, intro, list, own, problem, add.node, createQuietHours().node, told.node);
  let user;
  let contacts = [];

  async function read() {
    if (!user) return;
    const asked = user.id;
    const { answer, problem: why } = await ask('GET', '/auth/me/contacts');
    if (asked !== user?.id) return;
    setText(problem, answer ? '' : why);
    if (!answer) return;
    contacts = answer.items;
    add.offer(answer.channels);
    showContacts(await push.update(user, contacts, answer.channels));
  }

  function begin({ id, verified, secret }) {
    if (secret) items.get(id)?.showSecret(secret);
    if (!verified) items.get(id)?.begin();
  }

  async function addOwn(pressed) {
    if (await doing(pressed, problem, () => ask('POST', '/auth/me/contacts/own'))) await read();
  }

  function showContacts(hereId) {
    const known = new Set(contacts.map(({ id }) => id));
    for (const id of items.keys()) if (!known.has(id)) items.delete(id);
    contacts.forEach((contact, at) => {
      if (!items.has(contact.id)) items.set(contact.id, itemOf(contact));
      const stands = { isFirst: at === 0, isLast: at === contacts.length - 1, isHere: contact.id === hereId };
      items.get(contact.id).update(contact, stands);
    });
    const nodes = contacts.map(({ id }) => items.get(id).node);
    // Nodes that are put in anew lose what is typed into them.
    if (nodes.some((node, at) => list.children[at] !== node) || list.children.length !== nodes.length)
      list.replaceChildren(...nodes);
    intro.hidden = contacts.length < 2;
    own.hidden = contacts.some(({ channel }) => channel === 'sms' || channel === 'email');
    const ready = contacts.filter(({ verified }) => verified).length;
    setPill(
      panel.state,
      ready > 0 ? 'good' : 'warn',
      ready > 0 ? `${ready} ${ready > 1 ? 'ways' : 'way'}` : 'Not set up',
    );
    panel.state.hidden = false;
  }

  function itemOf(contact) {
    return createContactItem(contact, {
      onChanged: () => void read(),
      onRemoved: () => void read(),
      onTested: told.refresh,
      onMove: (by) => move(contact.id, by),
    });
  }

  async function move(id, by) {
    const ids = contacts.map((each) => each.id);
    const at = ids.indexOf(id);
    ids.splice(at + by, 0, ...ids.splice(at, 1));
    const { answer, problem: why } = await ask('PUT', '/auth/me/contacts/order', { body: { ids } });
    if (!answer) return setText(problem, why);
    await read();
    items.get(id)?.focusMove(by);
  }

  onWorkerMessage(({ type }) => {
    if (type !== 'pushed') return;
    void read(); // it may have been the first one, which confirms this device
    told.refresh();
  });

  return {
    node: panel.node,
    show(viewer) {
      const isOther = user?.id !== viewer.user?.id;
      user = viewer.user;
      panel.node.hidden = !user;
      if (!user) panel.node.open = false;
      if (isOther) void read();
    },
  };
}
