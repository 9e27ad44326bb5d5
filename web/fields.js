import { element, setText } from './dom.js';

/** A field under its name; what follows it explains it. */
export function labelled(text, field, ...more) {
  return element('label', {}, `${text} `, field, ...more);
}

/** A choice of `[value, text]`. */
export function select(options, value) {
  const node = element('select');
  setOptions(node, options, value);
  return node;
}

/** Offers other choices; what was chosen stays chosen where it is still offered. */
export function setOptions(node, options, value = node.value) {
  node.replaceChildren(...options.map(([key, text]) => new Option(text, key, false, key === value)));
}

/** A box to tick. */
export function tick(text, properties = {}) {
  const box = element('input', { type: 'checkbox', ...properties });
  return { box, node: element('label', { className: 'check' }, box, ` ${text}`) };
}

/** Boxes to tick under one name, for `[value, text]`; `values` are those that are ticked. */
export function ticks(legend, options, values = []) {
  const all = options.map(([value, text]) => tick(text, { value, checked: values.includes(value) }));
  const node = element(
    'fieldset',
    { className: 'ticks' },
    element('legend', { textContent: legend }),
    ...all.map((each) => each.node),
  );
  return {
    node,
    get values() {
      return all.filter(({ box }) => box.checked).map(({ box }) => box.value);
    },
  };
}

/** A button; `name` tells those who hear it apart from others with the same word. */
export function button(textContent, onPress, name) {
  const node = element('button', { type: 'button', className: 'plain', textContent });
  if (name) node.setAttribute('aria-label', name);
  if (onPress) node.addEventListener('click', () => void onPress(node));
  return node;
}

/** Where a problem is told. */
export function problemLine() {
  return element('p', { className: 'problem', role: 'alert' });
}

/** A form of fields that `onSubmit(button)` sends. */
export function form(children, submitText, onSubmit) {
  const submit = element('button', { type: 'submit', className: 'plain', textContent: submitText });
  const node = element('form', { className: 'fields' }, ...children, submit);
  node.addEventListener('submit', (event) => {
    event.preventDefault();
    void onSubmit(submit);
  });
  return node;
}

/**
 * Does what a button is for, once at a time, and shows what goes wrong. `run` resolves as `ask` does; gives the answer,
 * or undefined after a problem.
 */
export async function doing(node, problem, run) {
  const hadFocus = document.activeElement === node;
  node.disabled = true;
  setText(problem, '');
  const { answer, problem: why } = await run();
  node.disabled = false;
  // A button that waits loses the focus, and with it the place of who uses the keyboard.
  if (hadFocus && document.activeElement === document.body) node.focus();
  if (!answer) setText(problem, why);
  return answer;
}

/** A part of the page that opens. `onOpen` is called each time it does. */
export function createPanel(title, onOpen = () => undefined) {
  const state = element('span', { className: 'pill', hidden: true });
  const body = element('div', { className: 'panel' });
  const node = element(
    'details',
    { hidden: true },
    element('summary', {}, element('span', { textContent: title }), state),
    body,
  );
  node.addEventListener('toggle', () => node.open && onOpen());
  return {
    node,
    body,
    state,
    /** Called when somebody else looks, or at something else: one that is open is read anew. */
    show(isShown) {
      node.hidden = !isShown;
      if (!isShown) node.open = false;
      if (node.open) onOpen();
    },
  };
}
