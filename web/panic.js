import { byId, setText } from './dom.js';
import { connectLive } from './live.js';
import { locate } from './locate.js';
import { createOutbox } from './outbox.js';
import { createReceiptView, readReceipt, storeReceipt } from './receipt.js';

/** The panic form: sends at once, locates after, and shows how the alert goes. */
export function startPanic() {
  const form = byId('panic');
  const view = createReceiptView(byId('panic-status'));
  let receipt = readReceipt();
  let live;
  let position;
  let locatedKey;

  const outbox = createOutbox({
    receiptToken: () => receipt?.receiptToken,
    onChange(state) {
      if (state.name === 'sending' && !receipt) view.sending();
      if (state.name === 'waiting') view.waiting(state.reason);
      if (state.name === 'sent') sent(state);
    },
  });

  function sent({ receipt: answer, key }) {
    const isNew = receipt?.id !== answer.id;
    update(answer);
    if (isNew) follow();
    if (locatedKey !== key) addLocation(key);
  }

  function addLocation(key) {
    locatedKey = key;
    const found = position ?? locate();
    position = undefined;
    void found.then((location) => {
      // The server takes further words on a closed alert, or on another kind, for a new call for help.
      const open = receipt.status === 'open' || receipt.status === 'acknowledged';
      if (location && open) outbox.addTo(key, { location, test: receipt.test });
    });
  }

  function update(alert) {
    receipt = alert;
    storeReceipt(receipt);
    show();
  }

  function show() {
    view.alert(receipt);
    setText(byId('panic-hint'), 'Press again if nobody comes');
  }

  /** The reporter's own socket: tells when a responder has seen the alert. */
  function follow() {
    live?.close();
    const onNews = (alert) => alert.id === receipt.id && update({ ...receipt, ...alert });
    live = connectLive({
      credentials: { receiptToken: receipt.receiptToken },
      onSnapshot: (alerts) => alerts.forEach(onNews),
      onAlert: (message) => onNews(message.alert),
      onState: () => undefined,
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    outbox.put(bodyOf(new FormData(form)));
    position = locate(); // after the press is on its way: asking for permission can take long
  });

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
