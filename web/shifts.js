import { ask } from './api.js';
import { element, setText } from './dom.js';
import { createPanel, doing, form, labelled, problemLine, select, setOptions, ticks, button } from './fields.js';
import { createDutyLine } from './duty-line.js';
import { createOverrides } from './overrides.js';
import { areaName, peopleWhoAnswer, placesOf } from './people.js';

/** ISO: Monday is 1. */
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/**
 * Who is on duty in an organisation, every week and by way of exception. `chosen()` gives
 * `{ organisation, members, areas, token }`.
 */
export function createShifts(chosen) {
  const panel = createPanel('Shifts', () => void read());
  const now = createDutyLine(chosen);
  const problem = problemLine();
  const listProblem = problemLine();
  const list = element('div');
  const person = select([]);
  const area = select([]);
  const days = ticks(
    'On',
    WEEKDAYS.map((name, at) => [String(at + 1), name]),
  );
  const start = element('input', { type: 'time', required: true, value: '06:00' });
  const end = element('input', { type: 'time', required: true, value: '18:00' });
  const zone = element('p', { className: 'small' });
  const inner = form(
    [
      labelled('Who?', person),
      labelled('Where?', area),
      days.node,
      labelled('From', start),
      labelled('Until', end),
      zone,
    ],
    'Add the shift',
    add,
  );
  inner.append(problem);
  const more = element('details', {}, element('summary', { textContent: 'Add a shift' }), inner);
  const overrides = createOverrides(chosen, { onChanged: now.read });
  panel.body.append(now.node, list, listProblem, more, overrides.node);

  const path = (id = '') => `/organisations/${encodeURIComponent(chosen().organisation.id)}/shifts${id && `/${id}`}`;

  async function read() {
    const { organisation, members, areas, token } = chosen();
    setOptions(person, peopleWhoAnswer(members));
    setOptions(area, placesOf(areas));
    setText(
      zone,
      `Times of ${organisation.timeZone ?? 'the organisation'}; one that ends before it starts ends on the next day.`,
    );
    void now.read();
    void overrides.read();
    const { answer, problem: why } = await ask('GET', path(), { token });
    if (organisation.id !== chosen().organisation?.id) return;
    setText(listProblem, answer ? '' : why);
    if (answer) show(answer.items);
  }

  function show(shifts) {
    const week = WEEKDAYS.flatMap((name, at) => {
      const own = shifts.filter(({ weekday }) => weekday === at + 1);
      return own.length === 0
        ? []
        : [element('h3', { textContent: name }), element('ul', { className: 'rows' }, ...own.map(itemOf))];
    });
    list.replaceChildren(
      ...(week.length > 0 ? week : [element('p', { className: 'small', textContent: 'No shifts yet.' })]),
    );
  }

  function itemOf(shift) {
    const where = shift.areaId ? areaName(chosen(), shift.areaId) : 'all areas';
    const text = `${shift.start}–${shift.end} ${shift.name}, ${where}`;
    const gone = button('Remove', (node) => void remove(shift, node), `Remove ${WEEKDAYS[shift.weekday - 1]} ${text}`);
    return element('li', {}, element('span', { textContent: text }), gone);
  }

  async function remove({ id }, pressed) {
    const { token } = chosen();
    if (await doing(pressed, listProblem, () => ask('DELETE', path(encodeURIComponent(id)), { token }))) await read();
  }

  async function add(submit) {
    if (days.values.length === 0) return setText(problem, 'Tick the days.');
    const { token } = chosen();
    for (const weekday of days.values) {
      const body = {
        userId: person.value,
        areaId: area.value || null,
        weekday: Number(weekday),
        start: start.value,
        end: end.value,
      };
      if (!(await doing(submit, problem, () => ask('POST', path(), { body, token })))) break;
    }
    await read();
  }

  return panel;
}
