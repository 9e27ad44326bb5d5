import { isOpen } from './alert-status.js';
import { alertPath, ask } from './api.js';
import { createCancelForm } from './cancel-form.js';
import { byId, setText } from './dom.js';
import { connectLive } from './live.js';
import { locate } from './locate.js';
import { createOutbox } from './outbox.js';
import { createPinFields } from './pins.js';
import { createReceiptView, newer, readReceipt, storeReceipt } from './receipt.js';

/** The panic form: sends at once, locates after, and shows how the alert goes. */
export function startPanic() {
  const form = byId('panic');
  const view = createReceiptView(byId('panic-status'));
  const pins = createPinFields();
  const cancel = createCancelForm({ receipt: () => receipt, onCancelled: (alert) => update(newer(receipt, alert)) });
  let receipt = readReceipt();
  let live;
  let position;
  let locatedKey;

  const outbox = createOutbox({
    // The receipt of an alert that is over has nothing to add to: the press is a new call for help.
    receiptToken: () => (receipt && isOpen(receipt) ? receipt.receiptToken : undefined),
    onChange(state) {
      if (state.name === 'sending' && !receipt) view.sending();
      if (state.name === 'waiting') view.waiting(state.reason);
      if (state.name === 'sent') sent(state);
      if (state.name === 'added') onNews(state.alert);
    },
  });

  function sent({ receipt: answer, key }) {
    const isNew = receipt?.id !== answer.id;
    update(isNew ? answer : newer(receipt, answer));
    if (isNew) follow();
    if (locatedKey !== key) addLocation(key);
  }

  function addLocation(key) {
    locatedKey = key;
    const { id: alertId, test } = receipt;
    const found = position ?? locate();
    position = undefined;
    void found.then((location) => {
      // Also after a cancellation: it may have been forced, and this page must not know.
      if (!location || receipt?.id !== alertId || receipt.status === 'resolved') return;
      outbox.addTo({ key, alertId, test }, { location });
    });
  }

  function update(alert) {
    receipt = alert;
    storeReceipt(receipt);
    show();
  }

  function show() {
    view.alert(receipt);
    cancel.show(isOpen(receipt));
    pins.show(true);
    setText(byId('panic-hint'), isOpen(receipt) ? 'Press again if nobody comes' : 'Press again if you need help');
  }

  function onNews(alert) {
    if (alert.id === receipt?.id) update(newer(receipt, alert));
  }

  /** The server has taken it, or tells what became of that. */
  function onProvisional({ alert, became }) {
    if (became === undefined || alert.id !== receipt?.id || !receipt.provisional) return onNews(alert);
    if (became === null) return lost();
    update({ ...receipt, id: became });
    follow(); // the server tells a new connection of the other one
  }

  function lost() {
    live?.close();
    receipt = undefined;
    storeReceipt(receipt);
    view.lost();
    cancel.show(false);
  }

  /** Whom it reached while nobody listened. */
  async function readReach({ id, receiptToken: token }) {
    const { answer } = await ask('GET', alertPath(id), { token });
    if (answer?.reach) onReach({ id, counts: answer.reach.counts });
  }

  function onReach({ id, counts }) {
    if (id === receipt?.id && isOpen(receipt)) update({ ...receipt, reach: counts });
  }

  /** The reporter's own socket: tells when responders have seen the alert, and are coming. */
  function follow() {
    live?.close();
    let before;
    live = connectLive({
      credentials: { receiptToken: receipt.receiptToken },
      onSnapshot: (alerts) => alerts.forEach(onNews),
      onAlert: (message) => onNews(message.alert),
      onProvisional,
      onReach,
      onState(state) {
        if (state === 'live' && before !== 'live') void readReach(receipt);
        before = state;
      },
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    outbox.put({ ...bodyOf(new FormData(form)), ...pins.take() });
    pins.show(true);
    position = locate(); // after the press is on its way: asking for permission can take long
  });

  pins.show(Boolean(receipt));
  if (receipt) {
    show();
    follow();
  }
  outbox.resume();
}

function bodyOf(fields) {
  const text = (name) => fields.get(name)?.trim() || undefined;
  const contact = { name: text('name'), phone: text('phone') };
  return {
    severity: text('severity'),
    kind: text('kind'),
    location: text('location'),
    message: text('message'),
    ...(contact.name || contact.phone ? { contact } : {}),
    ...(fields.has('test') ? { test: true } : {}),
  };
}
