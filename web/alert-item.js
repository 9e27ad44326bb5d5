import { element, setText, timeOf } from './dom.js';

const ACTIONS = [
  { name: 'acknowledge', label: 'Acknowledge', allowed: (status) => status === 'open' },
  { name: 'resolve', label: 'Resolve', allowed: (status) => status === 'open' || status === 'acknowledged' },
  { name: 'cancel', label: 'Cancel', allowed: (status) => status === 'open' || status === 'acknowledged' },
];

/** One alert of the list. `act(id, action)` resolves with the alert, or with the problem to show. */
export function createAlertItem(first, act) {
  let alert = first;
  const title = element('h3');
  const status = element('span', { className: 'pill' });
  const facts = element('p', { className: 'facts' });
  const contact = element('p', { className: 'contact' });
  const message = element('p', { className: 'message' });
  const problem = element('p', { role: 'alert' });
  const buttons = ACTIONS.map((action) => ({ ...action, node: button(action) }));
  const node = element(
    'li',
    { className: 'alert' },
    element('div', { className: 'row' }, title, status),
    facts,
    contact,
    message,
    element('div', { className: 'row' }, ...buttons.map((each) => each.node)),
    problem,
  );

  function button({ name, label }) {
    const each = element('button', { type: 'button', className: 'plain', textContent: label });
    each.addEventListener('click', () => void press(each, name));
    return each;
  }

  async function press(each, name) {
    each.disabled = true;
    setText(problem, '');
    const answer = await act(alert.id, name);
    each.disabled = false;
    if (answer.problem) setText(problem, answer.problem);
    else if (answer.alert.seq > alert.seq) update({ ...alert, ...answer.alert }); // the socket may have been faster
  }

  function update(next) {
    alert = next;
    node.id = `alert-${alert.id}`;
    node.dataset.status = alert.status;
    setText(title, `${alert.reference}: ${alert.kind}, ${alert.severity}${alert.test ? ' (test)' : ''}`);
    status.dataset.state = { open: 'alarm', acknowledged: 'warn' }[alert.status] ?? 'off';
    setText(status, alert.status);
    facts.replaceChildren(...factsOf(alert));
    contact.replaceChildren(...contactOf(alert.contact));
    contact.hidden = !contact.hasChildNodes();
    setText(message, alert.message ?? '');
    message.hidden = !alert.message;
    for (const each of buttons) {
      each.node.hidden = !each.allowed(alert.status);
      each.node.setAttribute('aria-label', `${each.label} ${alert.reference}`);
    }
  }

  update(first);
  return { node, update, isClosed: () => alert.status === 'resolved' || alert.status === 'cancelled' };
}

function factsOf(alert) {
  const acknowledged = alert.acknowledgements?.at(-1)?.at;
  return [
    'Raised ',
    timeOf(alert.openedAt),
    ...(alert.repeatCount > 0 ? [`, pressed ${alert.repeatCount + 1} times`] : []),
    ...(acknowledged ? [', acknowledged ', timeOf(acknowledged)] : []),
    ...(alert.verified === false ? [', not verified'] : []),
    ...locationOf(alert.location),
    ...(isElsewhere(alert) ? [' The reporter told another place', ...locationOf(alert.own.location)] : []),
  ];
}

/** Somebody else who knows the phone number may have told another place than the reporter did. */
function isElsewhere({ location, own }) {
  return Boolean(own?.location) && JSON.stringify(own.location) !== JSON.stringify(location);
}

function locationOf(location) {
  if (!location) return ['. No location.'];
  if (typeof location === 'string') return [`. ${location}.`];
  const { lat, lng, accuracyM } = location;
  const text = `${lat.toFixed(5)}, ${lng.toFixed(5)}`;
  const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lng}#map=17/${lat}/${lng}`;
  const link = element('a', { href, textContent: text, target: '_blank', rel: 'noopener noreferrer' });
  return ['. At ', link, accuracyM ? ` (within ${Math.round(accuracyM)} m).` : '.'];
}

function contactOf(contact) {
  const { name, phone } = contact ?? {};
  const call = phone ? [element('a', { href: `tel:${phone}`, textContent: phone })] : [];
  return name ? ['Reported by ', name, ...(phone ? [', ', ...call] : [])] : call;
}
