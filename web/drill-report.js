import { ask } from './api.js';
import { byChannel } from './channels.js';
import { element, setPill, setText, timeOf } from './dom.js';
import { problemLine } from './fields.js';

/** A drill that is going on is looked at so often, ms. */
const LOOK_EVERY_MS = 3000;
const OUTCOMES = {
  acknowledged: ['good', 'answered'],
  seen: ['good', 'saw it'],
  received: ['good', 'received it'],
  sent: ['warn', 'was sent it, nothing came back'],
  waiting: ['warn', 'is being told'],
  quiet_hours: ['warn', 'has quiet hours'],
  failed: ['bad', 'could not be reached'],
  not_needed: ['off', 'was not needed any more'],
  no_contact: ['bad', 'has no way to be reached'],
  not_called: ['off', 'not called yet'],
};

/** One drill: whom it reached, by what, and how fast; looked at anew while it goes on. `chosen()` gives `{ token }`. */
export function createDrillReport(first, chosen) {
  let drill = first;
  const state = element('span', { className: 'pill' });
  const summary = element('summary', {}, element('span', {}, `${drill.reference}, `, timeOf(drill.startedAt)), state);
  const figures = element('p');
  const people = element('ul', { className: 'rows' });
  const problem = problemLine();
  const details = element('details', {}, summary, figures, people, problem);
  const node = element('li', {}, details);
  let again;

  async function look() {
    clearTimeout(again);
    if (!details.open || !node.isConnected) return;
    const path = `/organisations/${encodeURIComponent(drill.organisationId)}/drills/${encodeURIComponent(drill.alertId)}`;
    const { answer, problem: why } = await ask('GET', path, { token: chosen().token });
    setText(problem, answer ? '' : why);
    if (answer) show(answer);
    if (!drill.endedAt) again = setTimeout(() => void look(), LOOK_EVERY_MS);
  }

  function show(report) {
    drill = report.drill;
    showState();
    setText(figures, figuresOf(report));
    people.replaceChildren(...report.people.map(personOf));
  }

  function showState() {
    const isOpen = !drill.endedAt;
    setPill(state, isOpen ? 'warn' : 'off', isOpen ? 'Going on' : 'Over');
  }

  details.addEventListener('toggle', () => void look());
  showState();
  return {
    node,
    update(next) {
      drill = next;
      showState();
    },
    /** Shows the report. */
    open() {
      details.open = true;
      void look();
    },
  };
}

function figuresOf({ called, reached, acknowledged, level, exhausted, sent, received }) {
  return [
    `${called} called, ${reached} reached, ${acknowledged} answered.`,
    ...(sent ? [`Messages went out within ${seconds(sent.maxMs)}.`] : []),
    ...(received
      ? [
          `Half of those who were reached had it after ${seconds(received.p50Ms)}, the last after ${seconds(received.maxMs)}.`,
        ]
      : []),
    ...(exhausted ? ['Nobody took notice at any step.'] : level > 0 ? [`It went on to step ${level + 1}.`] : []),
  ].join(' ');
}

function personOf({ name, outcome, receivedMs, acknowledgedMs, calls }) {
  const [state, words] = OUTCOMES[outcome] ?? ['off', outcome];
  const after = acknowledgedMs ?? receivedMs;
  const pill = element('span', { className: 'pill' });
  setPill(pill, state, `${words}${after === null ? '' : `, ${seconds(after)}`}`);
  const ways = calls.map(callOf).join('; ');
  return element(
    'li',
    {},
    element('span', {}, element('strong', { textContent: name }), ways ? ` (${ways})` : ''),
    pill,
  );
}

function callOf({ channel, receivedMs, sentMs, reason }) {
  if (receivedMs !== null) return `${byChannel(channel)}, arrived`;
  return `${byChannel(channel)}, ${sentMs === null ? (reason ?? 'not sent') : 'sent'}`;
}

function seconds(ms) {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
