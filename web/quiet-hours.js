import { ask } from './api.js';
import { element, setText } from './dom.js';
import { button, doing, form, labelled, problemLine } from './fields.js';

const PATH = '/auth/me/quiet-hours';

/** When somebody wants to be told of nothing but critical alerts. */
export function createQuietHours() {
  const from = element('input', { type: 'time', required: true, value: '22:00' });
  const until = element('input', { type: 'time', required: true, value: '06:00' });
  const problem = problemLine();
  const state = element('p', { role: 'status' });
  const none = button('No quiet hours', (node) => void remove(node));
  const inner = form([labelled('From', from), labelled('Until', until)], 'Save quiet hours', async (submit) => {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const body = { from: from.value, until: until.value, ...(timeZone ? { timeZone } : {}) };
    const answer = await doing(submit, problem, () => ask('PUT', PATH, { body }));
    if (answer) show(answer);
  });
  inner.append(none, problem);
  const node = element(
    'details',
    {},
    element('summary', { textContent: 'Quiet hours' }),
    element('p', {
      className: 'small',
      textContent: 'In these hours only critical alerts are told to you; everything else waits until they end.',
    }),
    state,
    inner,
  );
  node.addEventListener('toggle', () => node.open && void read());

  async function read() {
    const { answer, problem: why } = await ask('GET', PATH);
    setText(problem, answer ? '' : why);
    if (answer) show(answer);
  }

  async function remove(pressed) {
    if (await doing(pressed, problem, () => ask('DELETE', PATH))) show({});
  }

  function show({ from: start, until: end, timeZone }) {
    none.hidden = !start;
    if (start) [from.value, until.value] = [start, end];
    setText(state, start ? `Quiet from ${start} until ${end}${timeZone ? ` (${timeZone})` : ''}.` : 'No quiet hours.');
  }

  return { node };
}
