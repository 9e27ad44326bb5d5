import { ask } from './api.js';
import { element, setText, timeOf } from './dom.js';
import { button, doing, form, labelled, problemLine, select, setOptions } from './fields.js';
import { areaName, peopleWhoAnswer, placesOf } from './people.js';

const HOURS_AHEAD = 8;

/** Somebody is on duty, or is not, for once. `onChanged` is called when the server knows another one. */
export function createOverrides(chosen, { onChanged }) {
  const list = element('ul', { className: 'rows' });
  const problem = problemLine();
  const person = select([]);
  const area = select([]);
  const what = select([
    ['on', 'Is on duty'],
    ['off', 'Is not on duty'],
  ]);
  const from = element('input', { type: 'datetime-local', required: true });
  const until = element('input', { type: 'datetime-local', required: true });
  const inner = form(
    [
      labelled('Who?', person),
      labelled('What?', what),
      labelled('Where?', area),
      labelled('From (your time)', from),
      labelled('Until (your time)', until),
    ],
    'Add the exception',
    add,
  );
  inner.append(problem);
  const node = element('details', {}, element('summary', { textContent: 'Exceptions' }), list, inner);

  const path = (id = '') =>
    `/organisations/${encodeURIComponent(chosen().organisation.id)}/shift-overrides${id && `/${id}`}`;

  async function read() {
    const { organisation, members, areas, token } = chosen();
    setOptions(person, peopleWhoAnswer(members));
    setOptions(area, placesOf(areas));
    if (!from.value) {
      from.value = localTime(new Date());
      until.value = localTime(new Date(Date.now() + HOURS_AHEAD * 3_600_000));
    }
    const { answer, problem: why } = await ask('GET', path(), { token });
    if (organisation.id !== chosen().organisation?.id) return;
    setText(problem, answer ? '' : why);
    list.replaceChildren(...(answer?.items ?? []).map(itemOf));
  }

  function itemOf(override) {
    const where = override.areaId ? `, ${areaName(chosen(), override.areaId)}` : '';
    const words = `${override.name} ${override.onDuty ? 'is on duty' : 'is not on duty'}${where}: `;
    const text = element('span', {}, words, timeOf(override.from), ' – ', timeOf(override.until));
    return element(
      'li',
      {},
      text,
      button('Remove', (pressed) => void remove(override, pressed), `Remove ${text.textContent}`),
    );
  }

  async function remove({ id }, pressed) {
    const { token } = chosen();
    if (await doing(pressed, problem, () => ask('DELETE', path(encodeURIComponent(id)), { token }))) await changed();
  }

  async function add(submit) {
    const { token } = chosen();
    const body = {
      userId: person.value,
      areaId: area.value || null,
      onDuty: what.value === 'on',
      from: new Date(from.value).toISOString(),
      until: new Date(until.value).toISOString(),
    };
    if (await doing(submit, problem, () => ask('POST', path(), { body, token }))) await changed();
  }

  async function changed() {
    await read();
    await onChanged();
  }

  return { node, read };
}

/** A moment as a field for local times takes it. */
function localTime(at) {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
