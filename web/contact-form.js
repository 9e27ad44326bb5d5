import { ask } from './api.js';
import { element } from './dom.js';
import { doing, form, labelled, problemLine, select, setOptions } from './fields.js';

const KINDS = {
  sms: { text: 'SMS', field: 'Phone number', type: 'tel', autocomplete: 'tel' },
  email: { text: 'E-mail', field: 'E-mail address', type: 'email', autocomplete: 'email' },
  webhook: { text: 'Webhook (for programs)', field: 'Address (https)', type: 'url', autocomplete: 'off' },
};

/** Adds a phone, an e-mail address or a webhook; `onAdded` gets the contact, with the secret of a webhook. */
export function createContactForm({ onAdded }) {
  const kind = select([]);
  const address = element('input', { required: true, maxLength: 2000, autocapitalize: 'none', spellcheck: false });
  const what = element('span');
  const label = element('input', { maxLength: 100, autocomplete: 'off' });
  const problem = problemLine();
  const inner = form(
    [labelled('By what?', kind), element('label', {}, what, ' ', address), labelled('Name it (optional)', label)],
    'Add',
    async (submit) => {
      const body = {
        channel: kind.value,
        address: address.value.trim(),
        ...(label.value.trim() ? { label: label.value.trim() } : {}),
      };
      const contact = await doing(submit, problem, () => ask('POST', '/auth/me/contacts', { body }));
      if (!contact) return;
      inner.reset();
      node.open = false;
      setKind();
      onAdded(contact);
    },
  );
  inner.append(problem);
  const node = element('details', {}, element('summary', { textContent: 'Add a phone, e-mail or webhook' }), inner);

  function setKind() {
    const { field, type, autocomplete } = KINDS[kind.value] ?? KINDS.email;
    what.textContent = field;
    Object.assign(address, { type, autocomplete });
  }
  kind.addEventListener('change', setKind);

  return {
    node,
    /** Offers what this deployment can send by. */
    offer(channels) {
      const options = Object.entries(KINDS).filter(([channel]) => channels.includes(channel));
      setOptions(
        kind,
        options.map(([channel, { text }]) => [channel, text]),
      );
      node.hidden = options.length === 0;
      setKind();
    },
  };
}
