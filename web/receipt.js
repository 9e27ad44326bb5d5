import { isOpen } from './alert-status.js';
import { element, timeOf } from './dom.js';
import { keep, readKept } from './kept.js';

const STORED = 'naboom.receipt';
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The receipt of this device's last press, as long as it is of use. */
export function readReceipt() {
  const stored = readKept(STORED);
  return stored && Date.now() - Date.parse(stored.openedAt) < KEPT_MS ? stored : undefined;
}

export function storeReceipt(receipt) {
  keep(STORED, receipt);
}

/** What is known of an alert after another word about it, which may come late: the socket and HTTP race. */
export function newer(known, told) {
  if (told.seq < known.seq) return { ...told, ...known };
  return { ...known, ...told, provisional: told.provisional };
}

/** Tells the reporter how the alert goes, or that it has not reached the server yet. */
export function createReceiptView(status) {
  function show(state, ...children) {
    status.dataset.state = state;
    status.replaceChildren(...children);
  }
  return {
    sending: () => show('warn', element('p', { textContent: 'Sending your alert …' })),
    waiting: (reason) =>
      show(
        'warn',
        element('p', { className: 'reference', textContent: 'Not sent yet' }),
        element('p', { textContent: `${reason}. Keep this page open: it tries again by itself. Or call 112.` }),
      ),
    lost: () =>
      show(
        'warn',
        element('p', { className: 'reference', textContent: 'Your alert was lost by the server' }),
        element('p', { textContent: 'Press again, or call 112.' }),
      ),
    alert: (alert) =>
      show(
        isOpen(alert) ? (alert.provisional ? 'warn' : 'good') : 'off',
        element('p', { className: 'reference', textContent: headline(alert) }),
        element('p', { className: 'reached', textContent: reached(alert), hidden: !reached(alert) }),
        element('p', { textContent: explanation(alert) }),
        element('p', {}, `Reference ${alert.reference}, `, timeOf(alert.openedAt), alert.test ? ' (test)' : ''),
      ),
  };
}

function headline({ status, coming, onScene, provisional }) {
  if (status === 'resolved') return 'This alert is closed';
  if (status === 'cancelled') return 'This alert is cancelled';
  if (provisional) return 'Your alert is stored';
  if (onScene > 0) return 'A responder is there';
  if (coming > 0) return 'A responder is coming';
  if (status === 'acknowledged') return 'A responder has seen your alert';
  return 'Help is being called';
}

/** How many it reached, who are coming, and who are there; nothing of an alert that is over. */
function reached(alert) {
  const { coming = 0, onScene = 0, reach = {} } = alert;
  const received = reach.received ?? 0;
  if (!isOpen(alert) || received + coming + onScene === 0) return '';
  return `${received} received, ${coming} coming, ${onScene} there`;
}

function explanation({ status, repeatCount, provisional }) {
  if (status === 'resolved' || status === 'cancelled') return 'Press again if you need help.';
  if (provisional)
    return 'It is shown to the responders who are connected. The others are not called yet: call 112 if you can.';
  if (repeatCount > 0) return `Pressed ${repeatCount + 1} times: more urgent now.`;
  if (status === 'acknowledged') return 'Press again if you still need help.';
  return 'Your alert is stored and on its way to the responders.';
}
