import { ask } from './api.js';
import { createDrillReport } from './drill-report.js';
import { element, setText } from './dom.js';
import { createPanel, doing, form, labelled, problemLine, select, setOptions } from './fields.js';
import { placesOf } from './people.js';

const SEVERITIES = [
  ['critical', 'Critical'],
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
];

/** Tries out who is reached: starts a drill, and shows what became of the earlier ones. */
export function createDrills(chosen) {
  const panel = createPanel('Drills', () => void read());
  const intro = element('p', {
    className: 'small',
    textContent:
      'A drill calls your people as a real alert does, by the same steps. Every message says that it is a drill.',
  });
  const area = select([]);
  const severity = select(SEVERITIES, 'high');
  const message = element('input', { maxLength: 200, autocomplete: 'off' });
  const problem = problemLine();
  const said = element('p', { className: 'small', role: 'status' });
  const list = element('ul', { className: 'drills' });
  const inner = form(
    [labelled('Where?', area), labelled('How urgent?', severity), labelled('What shall it say? (optional)', message)],
    'Start a drill',
    start,
  );
  inner.append(problem);
  panel.body.append(intro, inner, said, list);
  let reports = new Map();
  let shownOf;

  const path = () => `/organisations/${encodeURIComponent(chosen().organisation.id)}/drills`;

  async function start(submit) {
    const { organisation, token } = chosen();
    if (!confirm(`Start a drill now? The people of ${organisation.name} are called.`)) return;
    const text = message.value.trim();
    const body = {
      ...(area.value ? { areaId: area.value } : {}),
      severity: severity.value,
      ...(text ? { message: text } : {}),
    };
    const drill = await doing(submit, problem, () => ask('POST', path(), { body, token }));
    if (!drill) return;
    inner.reset();
    setText(said, 'The drill has started: it stands in the list of alerts, marked DRILL.');
    await read();
    reports.get(drill.alertId)?.open();
  }

  async function read() {
    const { organisation, areas, token } = chosen();
    if (shownOf !== organisation.id) {
      shownOf = organisation.id;
      reports = new Map();
      setText(said, '');
    }
    setOptions(area, placesOf(areas));
    const { answer, problem: why } = await ask('GET', path(), { token });
    if (organisation.id !== chosen().organisation?.id) return;
    setText(problem, answer ? '' : why);
    for (const drill of answer?.items ?? []) {
      if (!reports.has(drill.alertId)) reports.set(drill.alertId, createDrillReport(drill, chosen));
      reports.get(drill.alertId).update(drill);
    }
    list.replaceChildren(...(answer?.items ?? []).map(({ alertId }) => reports.get(alertId).node));
  }

  return panel;
}
