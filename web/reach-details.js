import { alertPath, ask } from './api.js';
import { byChannel } from './channels.js';
import { element, setText, timeOf } from './dom.js';

/** How far an alert came with a responder, in the order in which it happens. */
const STAGES = [
  ['pushed', 'was sent it'],
  ['received', 'received it'],
  ['seen', 'saw it'],
  ['acknowledged', 'acknowledged it'],
  ['en_route', 'is coming'],
  ['on_scene', 'is there'],
];

/** Whom an alert reached: how many, and by name once somebody looks. `viewer()` is who looks. */
export function createReachDetails(viewer) {
  const summary = element('summary');
  const list = element('ul', { className: 'people' });
  const problem = element('p', { className: 'problem', role: 'alert' });
  const node = element('details', { hidden: true }, summary, list, problem);
  let id;

  async function look() {
    const asked = id;
    const { answer, problem: why } = await ask('GET', alertPath(asked), { token: viewer().token });
    if (asked !== id) return;
    setText(problem, answer ? '' : why);
    if (answer?.reach) show(answer.reach);
  }

  function show({ counts, people = [] }) {
    count(counts);
    list.replaceChildren(...people.map(itemOf));
  }

  function count({ received = 0, seen = 0 } = {}) {
    setText(summary, received || seen ? `Received by ${received}, seen by ${seen}` : 'Whom it reached');
  }

  node.addEventListener('toggle', () => node.open && void look());
  count();
  return {
    node,
    update(alert, isShown) {
      id = alert.id;
      node.hidden = !isShown;
    },
    setCounts(counts) {
      count(counts);
      if (node.open) void look();
    },
  };
}

function itemOf({ name, stages }) {
  const last = STAGES.filter(([stage]) => stages[stage]).at(-1);
  return last
    ? element('li', {}, `${name} ${last[1]} (${by(stages[last[0]])}`, timeOf(stages[last[0]].at), ')')
    : element('li', { textContent: name });
}

function by({ channel }) {
  return channel ? `${byChannel(channel)}, ` : '';
}
