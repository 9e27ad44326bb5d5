import { alertPath, ask } from './api.js';
import { byChannel, channelTitle } from './channels.js';
import { deliveryWords } from './delivery-words.js';
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
    const { token } = viewer();
    const [reached, called] = await Promise.all([
      ask('GET', alertPath(asked), { token }),
      ask('GET', alertPath(asked, 'escalation'), { token }),
    ]);
    if (asked !== id) return;
    setText(problem, reached.answer ? '' : reached.problem);
    if (reached.answer?.reach) show(reached.answer.reach, called.answer?.people ?? []);
  }

  /** Also who was called and has not been reached. */
  function show({ counts, people = [] }, called) {
    count(counts);
    const known = new Set(people.map(({ userId }) => userId));
    const others = called.filter(({ userId }) => !known.has(userId)).map((person) => ({ ...person, stages: {} }));
    const calls = new Map(called.map(({ userId, deliveries }) => [userId, deliveries]));
    list.replaceChildren(...[...people, ...others].map((person) => itemOf(person, calls.get(person.userId) ?? [])));
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

function itemOf({ name, stages }, calls) {
  const last = STAGES.filter(([stage]) => stages[stage]).at(-1);
  const said = last ? [` ${last[1]} (${by(stages[last[0]])}`, timeOf(stages[last[0]].at), ')'] : [];
  const ways = calls.map((call) => `${channelTitle(call.channel)}: ${deliveryWords(call)}`).join('; ');
  return element('li', {}, name, ...said, ...(ways ? [element('span', { className: 'ways', textContent: ways })] : []));
}

function by({ channel }) {
  return channel ? `${byChannel(channel)}, ` : '';
}
