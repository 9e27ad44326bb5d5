import { element } from './dom.js';

const OUTCOMES = [
  ['real', 'It was real'],
  ['false_alarm', 'False alarm'],
  ['test', 'Only a test'],
  ['duplicate', 'The same as another alert'],
];

/** How an alert is closed: with what outcome, and why. `button(label, action, body)` makes the buttons. */
export function createClosingForm({ button, others }) {
  const outcome = select(OUTCOMES);
  const same = select([]);
  const reason = element('input', { maxLength: 1000, autocomplete: 'off' });
  const sameLabel = element('label', { hidden: true }, 'Which one? ', same);
  const resolve = button('Resolve', 'resolve', () => ({
    outcome: outcome.value,
    ...(outcome.value === 'duplicate' && same.value ? { duplicateOf: same.value } : {}),
    ...reasonOf(reason),
  }));
  const cancel = button('Cancel', 'cancel', () => reasonOf(reason));
  const summary = element('summary', { textContent: 'Close' });
  const node = element(
    'details',
    { className: 'closing' },
    summary,
    element(
      'div',
      { className: 'fields' },
      label('How did it end?', outcome),
      sameLabel,
      label('Why? (optional)', reason),
    ),
    element('div', { className: 'row' }, resolve, cancel),
  );

  outcome.addEventListener('change', () => {
    same.replaceChildren(...others().map(({ id, reference }) => new Option(reference, id)));
    sameLabel.hidden = outcome.value !== 'duplicate' || same.options.length === 0;
  });

  return {
    node,
    update({ reference, test }, { mayClose, mayCancel }) {
      summary.setAttribute('aria-label', `Close ${reference}`);
      if (!node.open && outcome.value === 'real' && test) outcome.value = 'test';
      if (!mayClose) node.open = false;
      node.hidden = !mayClose;
      cancel.hidden = !mayCancel;
    },
  };
}

function select(options) {
  return element('select', {}, ...options.map(([value, text]) => new Option(text, value)));
}

function label(text, field) {
  return element('label', {}, `${text} `, field);
}

function reasonOf({ value }) {
  const reason = value.trim();
  return reason ? { reason } : {};
}
