import { ask } from './api.js';
import { element, setPill, setText } from './dom.js';
import { button, doing, problemLine } from './fields.js';
import { ownContactId, turnPushOff, turnPushOn, whyNoPush } from './push.js';

/** After so long without the first message something is wrong, ms. */
const FIRST_WITHIN_MS = 20_000;
const WHY_NOT = {
  'home-screen':
    'On an iPhone or iPad, notifications work only from the home screen: tap Share, then “Add to Home Screen”, open Naboom from there, sign in and come back here.',
  insecure: 'Notifications need a secure connection: open this page with https.',
  unsupported: 'This browser cannot show notifications while the page is closed. Add a phone or an e-mail below.',
  blocked:
    'Notifications are blocked for this page. Allow them in the settings of the browser for this page (often behind the icon beside the address), then load the page again.',
  server: 'This server is not set up to send notifications to browsers.',
};
const TEXTS = {
  off: 'This device is told nothing while the page is closed.',
  waiting: 'Waiting for the first message, which confirms that notifications arrive here …',
  late: 'The first message has not come. Is the device online, and does it allow notifications of this browser?',
  on: 'Notifications arrive on this device, also when the page is closed and after you sign out.',
};

/** Notifications on this very device: why not, on, off. `onChanged` is called when the contacts are others. */
export function createPushSetup({ onChanged }) {
  const text = element('p');
  const state = element('span', { className: 'pill' });
  const problem = problemLine();
  const on = button('Turn on notifications on this device', (node) => void turnOn(node));
  const off = button('Turn off on this device', (node) => void turnOff(node));
  const heading = element('h3', { textContent: 'This device' });
  const node = element(
    'section',
    { className: 'device' },
    element('div', { className: 'row' }, heading, state),
    text,
    element('div', { className: 'row' }, on, off),
    problem,
  );
  let userId;
  let contact;
  let canSend = true;
  let late;

  async function turnOn(pressed) {
    await doing(pressed, problem, () => turnPushOn(userId));
    // Whoever refuses is asked no more by the browser: what to do now takes the place of the problem.
    if (whyNoPush()) setText(problem, '');
    show();
    await onChanged();
  }

  async function turnOff(pressed) {
    const { id } = contact;
    const gone = await doing(pressed, problem, async () => {
      const result = await ask('DELETE', `/auth/me/contacts/${encodeURIComponent(id)}`);
      return result.status === 404 ? { answer: {} } : result;
    });
    if (!gone) return;
    await turnPushOff();
    await onChanged();
  }

  function show(isLate = false) {
    const why = canSend ? whyNoPush() : 'server';
    const stage = contact ? (contact.verified ? 'on' : isLate ? 'late' : 'waiting') : 'off';
    setText(text, (!contact && WHY_NOT[why]) || TEXTS[stage]);
    const pill = { on: ['good', 'On'], waiting: ['warn', 'Waiting'], late: ['bad', 'Not confirmed'] }[stage];
    setPill(state, ...(pill ?? (why ? ['off', 'Not possible'] : ['off', 'Off'])));
    on.hidden = Boolean(contact) || Boolean(why);
    off.hidden = !contact;
  }

  return {
    node,
    /** With the contacts as the server has them. Gives the id of the one that this device is. */
    async update(user, contacts, channels) {
      userId = user.id;
      canSend = channels.includes('push');
      const id = await ownContactId(userId);
      contact = contacts.find((each) => each.id === id);
      clearTimeout(late);
      if (contact && !contact.verified) late = setTimeout(() => show(true), FIRST_WITHIN_MS);
      show();
      return contact?.id;
    },
  };
}
