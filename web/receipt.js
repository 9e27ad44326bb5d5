import { element, timeOf } from './dom.js';

const STORED = 'naboom.receipt';
const KEPT_MS = 24 * 60 * 60 * 1000;

/** The receipt of this device's last press, as long as it is of use. */
export function readReceipt() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED) ?? 'null');
    return stored && Date.now() - Date.parse(stored.openedAt) < KEPT_MS ? stored : undefined;
  } catch {
    return undefined;
  }
}

export function storeReceipt(receipt) {
  try {
    localStorage.setItem(STORED, JSON.stringify(receipt));
  } catch {
    // Only a reload forgets the receipt then.
  }
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
    alert: (alert) =>
      show(
        alert.status === 'open' || alert.status === 'acknowledged' ? 'good' : 'off',
        element('p', { className: 'reference', textContent: headline(alert) }),
        element('p', { textContent: explanation(alert) }),
        element('p', {}, `Reference ${alert.reference}, `, timeOf(alert.openedAt), alert.test ? ' (test)' : ''),
      ),
  };
}

function headline({ status }) {
  if (status === 'resolved') return 'This alert is closed';
  if (status === 'cancelled') return 'This alert is cancelled';
  if (status === 'acknowledged') return 'A responder has seen your alert';
  return 'Help is being called';
}

function explanation({ status, repeatCount }) {
  if (status === 'resolved' || status === 'cancelled') return 'Press again if you need help.';
  if (repeatCount > 0) return `Pressed ${repeatCount + 1} times: more urgent now.`;
  if (status === 'acknowledged') return 'Press again if you still need help.';
  return 'Your alert is stored and on its way to the responders.';
}
