import { byId, setText } from './dom.js';
import { keep, readKept } from './kept.js';

const STORED = 'naboom.pins';
const PIN = /^[0-9]{4,8}$/;

/**
 * The PINs to cancel with, which go along with a press. They leave the page with it: whoever forces somebody to cancel
 * must not find on the screen that there may be a second one. What is wrong with a PIN never holds up a press.
 */
export function createPinFields() {
  const fieldset = byId('pins');
  const [first, second] = [byId('cancel-pin'), byId('duress-pin')];
  const shallKeep = byId('keep-pins');
  const kept = byId('pins-kept');

  function problem() {
    const given = [first, second].filter(({ value }) => value !== '');
    if (given.some(({ value }) => !PIN.test(value))) return 'A PIN has 4 to 8 digits.';
    if (second.value && !first.value) return 'The second PIN needs a first one.';
    return second.value && first.value === second.value ? 'The two PINs must differ.' : '';
  }

  function typed() {
    if (!first.value || problem()) return undefined;
    return { cancelPin: first.value, ...(second.value ? { duressPin: second.value } : {}) };
  }

  /** One line is all that is shown of what is kept, and it is the same with one PIN as with two. */
  function show(hasAlert) {
    fieldset.hidden = hasAlert || Boolean(readKept(STORED));
    kept.hidden = hasAlert || !readKept(STORED);
  }

  fieldset.addEventListener('input', () => setText(byId('pins-problem'), problem()));
  byId('forget-pins').addEventListener('click', () => {
    keep(STORED, undefined);
    show(false);
  });

  return {
    show,
    /** The PINs for a press: those typed, else those kept on this device. */
    take() {
      const pins = typed() ?? readKept(STORED);
      if (typed() && shallKeep.checked) keep(STORED, pins);
      for (const field of [first, second]) field.value = '';
      shallKeep.checked = false;
      return pins ?? {};
    },
  };
}
