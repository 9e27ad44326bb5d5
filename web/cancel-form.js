import { alertPath, ask } from './api.js';
import { byId, setText } from './dom.js';

const PROBLEMS = {
  PIN_REQUIRED: 'Give the PIN that was set for this alert.',
  PIN_WRONG: 'The PIN is wrong.',
  FORBIDDEN: 'This alert cannot be cancelled from here.',
  ALERT_STATE: 'The alert is already closed.',
  ALERT_PROVISIONAL:
    'It cannot be cancelled yet: your alert is stored, and the record of alerts is away. Try again later.',
};

/**
 * Asks for the PIN and cancels. Whichever PIN it was, the answer, and with it what is shown, is the same.
 * `receipt()` gives what the alert is known by, `onCancelled` gets the alert.
 */
export function createCancelForm({ receipt, onCancelled }) {
  const details = byId('cancel');
  const form = byId('cancel-form');
  const pin = byId('pin');
  const problem = byId('cancel-problem');
  const button = form.querySelector('button');

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { id, receiptToken: token } = receipt();
    const body = pin.value ? { pin: pin.value } : {};
    button.disabled = true;
    setText(problem, '');
    const { answer, problem: why, code, status } = await ask('POST', alertPath(id, 'cancel'), { body, token });
    button.disabled = false;
    const isJudged = status < 500; // else it is to be sent again as it is
    if (answer || isJudged) pin.value = '';
    if (answer) onCancelled(answer);
    else setText(problem, PROBLEMS[code] ?? why);
  });

  return {
    show(isOpen) {
      details.hidden = !isOpen;
      if (isOpen) return;
      details.open = false;
      pin.value = '';
      setText(problem, '');
    },
  };
}
