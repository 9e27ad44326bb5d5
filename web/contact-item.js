import { ask } from './api.js';
import { channelTitle } from './channels.js';
import { element, setPill, setText } from './dom.js';
import { button, doing, labelled, problemLine } from './fields.js';
import { sendTest } from './test-message.js';

const path = ({ id }, action = '') => `/auth/me/contacts/${encodeURIComponent(id)}${action}`;

/**
 * One way to reach somebody. `onChanged` is called when the server knows something else of it, `onMove(by)` when it shall
 * stand earlier or later, `onRemoved` after it is gone.
 */
export function createContactItem(first, { onChanged, onMove, onRemoved, onTested }) {
  let contact = first;
  const problem = problemLine();
  const said = element('p', { className: 'small', role: 'status' });
  const title = element('strong');
  const state = element('span', { className: 'pill' });
  const name = () => nameOf(contact);
  const code = createCodeForm(() => contact, { problem, said, onChanged });
  const test = button('Send a test', (node) => void tryOut(node));
  const up = button('Earlier', () => void onMove(-1));
  const down = button('Later', () => void onMove(1));
  const gone = button('Remove', (node) => void remove(node));
  const key = element('p', { className: 'small', hidden: true });
  const row = element('div', { className: 'row' }, test, up, down, gone);
  const node = element(
    'li',
    { className: 'contact' },
    element('div', { className: 'row' }, title, state),
    key,
    code.node,
    row,
    said,
    problem,
  );

  async function tryOut(pressed) {
    setText(said, 'Sending a test …');
    const answer = await doing(pressed, problem, () => ask('POST', path(contact, '/test')));
    if (!answer) return setText(said, '');
    await sendTest(answer.deliveryId, (text) => setText(said, text));
    onTested();
  }

  async function remove(pressed) {
    if (!confirm(`Remove ${name()}? You are told nothing by it any more.`)) return;
    if (await doing(pressed, problem, () => ask('DELETE', path(contact)))) onRemoved(contact);
  }

  return {
    node,
    /** Puts the focus back to where it was moved with, or beside it at the end of the list. */
    focusMove(by) {
      const [wanted, other] = by < 0 ? [up, down] : [down, up];
      (wanted.disabled ? other : wanted).focus();
    },
    /** What messages to a webhook are signed with: it is told this once, and gone with the page. */
    showSecret(secret) {
      const words = 'Messages are signed with this secret (Standard Webhooks). Keep it: it is not shown again. ';
      key.replaceChildren(words, element('code', { textContent: secret }));
      key.hidden = false;
    },
    /** Sends the first code, and waits for it to be typed in. */
    begin: code.begin,
    update(next, { isFirst, isLast, isHere }) {
      contact = next;
      setText(title, `${name()}${isHere ? ' (this device)' : ''}`);
      setPill(state, contact.verified ? 'good' : 'warn', contact.verified ? 'Confirmed' : waitingFor(contact));
      code.update(contact);
      test.hidden = !contact.verified;
      up.disabled = isFirst;
      down.disabled = isLast;
      up.hidden = down.hidden = isFirst && isLast;
      const buttons = [
        [test, 'Send a test to'],
        [up, 'Earlier:'],
        [down, 'Later:'],
        [gone, 'Remove'],
      ];
      for (const [each, words] of buttons) each.setAttribute('aria-label', `${words} ${name()}`);
    },
  };
}

/** The code that was sent there: typed in, or asked for anew. */
function createCodeForm(contact, { problem, said, onChanged }) {
  const field = element('input', {
    className: 'code',
    inputMode: 'numeric',
    maxLength: 6,
    autocomplete: 'one-time-code',
  });
  const submit = element('button', { type: 'submit', className: 'plain', textContent: 'Confirm' });
  const again = button('Send a code', (node) => void resend(node));
  const typed = labelled('Code', field);
  const node = element('form', { className: 'row' }, typed, submit, again);

  node.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = { code: field.value.trim() };
    if (await doing(submit, problem, () => ask('POST', path(contact(), '/verify'), { body }))) onChanged();
  });

  async function resend(pressed) {
    const isPush = contact().channel === 'push'; // which is confirmed by its first test, without a code
    const sent = await doing(pressed, problem, () => ask('POST', path(contact(), isPush ? '/test' : '/code')));
    if (sent) setText(said, isPush ? 'It is on its way.' : 'A code is on its way.');
  }

  return {
    node,
    begin() {
      field.focus();
      void resend(again);
    },
    update({ verified, channel }) {
      node.hidden = verified;
      typed.hidden = submit.hidden = channel === 'push';
      setText(again, channel === 'push' ? 'Send the first message again' : 'Send a code');
    },
  };
}

function waitingFor({ channel }) {
  return channel === 'push' ? 'Waiting for the first message' : 'Waiting for the code';
}

/** What it is to its owner: the number alone, or with the name that they gave it. */
function nameOf({ channel, address, label }) {
  const where = channel === 'push' ? (label ?? address) : label ? `${label}, ${address}` : address;
  return `${channelTitle(channel)}: ${where}`;
}
