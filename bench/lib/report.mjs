import { median, round3 } from './rounds.mjs';

/**
 * Holds a figure against its goal.
 * @param {{ name: string, product: number[], peerValues?: number[], machine?: { load: number, strangers: number }[],
 *   clientCpuUs?: number[], costs?: Record<string, number[]>, what?: string }} figure a value a round each; `what` where
 *   it is not quite the goal's, `costs` what bench/scaling.mjs calculates with
 * @param {import('../goals.mjs').Goal} goal
 */
export function judge(figure, goal) {
  const { product, peerValues = [], machine = [], clientCpuUs = [], costs } = figure;
  if (product.length === 0 || (goal.compare !== 'absolute' && peerValues.length !== product.length))
    throw new Error(`${figure.name}: each round needs a value of the product and of its peer`);
  const perRound = product.map((value, round) => COMPARE[goal.compare](value, peerValues[round]));
  if (!perRound.every(Number.isFinite)) throw new Error(`${figure.name}: a round gave no number`);
  const ratio = round3(median(perRound));
  return {
    name: goal.name,
    ratio,
    goal: goal.goal,
    ok: goal.better === 'higher' ? ratio >= goal.goal : ratio <= goal.goal,
    peer: goal.peer,
    rounds: perRound.length,
    what: figure.what ?? goal.what,
    better: goal.better,
    compare: goal.compare,
    unit: goal.unit,
    product: round3(median(product)),
    peerValue: peerValues.length > 0 ? round3(median(peerValues)) : null,
    perRound: perRound.map(round3),
    ...(clientCpuUs.length > 0 ? { clientCpuUs: round3(median(clientCpuUs)) } : {}),
    ...(costs
      ? { costs: Object.fromEntries(Object.entries(costs).map(([name, rounds]) => [name, round3(median(rounds))])) }
      : {}),
    ...(machine.length > 0
      ? {
          load: round3(median(machine.map(({ load }) => load))),
          strangersCpu: round3(Math.max(...machine.map(({ strangers }) => strangers))),
        }
      : {}),
  };
}

const COMPARE = {
  ratio: (product, peer) => product / peer,
  speed: (product, peer) => peer / product,
  difference: (product, peer) => product - peer,
  absolute: (product) => product,
};

/** One line for the terminal. */
export function lineOf(row) {
  const { name, ok, product, peerValue, unit, strangersCpu } = row;
  const against = peerValue === null ? '' : `, ${row.peer} ${peerValue} ${unit}`;
  const noise = strangersCpu === undefined ? '' : `, others up to ${strangersCpu} CPU`;
  return `${ok ? 'ok    ' : 'MISSED'}  ${name}  ${reached(row)} (goal ${goalOf(row)}): ${product} ${unit}${against}${noise}`;
}

/** The rows as a Markdown table. */
export function tableOf(rows) {
  const lines = rows.map((row) => [
    row.what,
    `${row.product} ${row.unit}`,
    row.peerValue === null ? '' : `${row.peer}: ${row.peerValue} ${row.unit}`,
    reached(row),
    goalOf(row),
    row.ok ? 'yes' : '**no**',
  ]);
  return table(['what', 'Naboom Realtime', 'peer', 'reached', 'goal', 'ok'], lines);
}

/** Plain measurements beside the goals, one table a group: `{ group, system, 'name of a column': value }`. */
export function notesOf(notes) {
  return [...new Set(notes.map(({ group }) => group))]
    .map((group) => {
      const rows = notes.filter((note) => note.group === group);
      const columns = [...new Set(rows.flatMap(({ group: _group, ...cells }) => Object.keys(cells)))];
      const cells = rows.map((note) => columns.map((column) => text(note[column])));
      return `${group}:\n\n${table(columns, cells)}`;
    })
    .join('\n\n');
}

function reached({ ratio, compare, unit }) {
  return compare === 'absolute' || compare === 'difference' ? `${ratio} ${unit}` : `${ratio} x`;
}

function goalOf({ goal, better, compare, unit }) {
  return `${better === 'higher' ? '>=' : '<='} ${goal} ${compare === 'absolute' || compare === 'difference' ? unit : 'x'}`;
}

function text(value) {
  if (value === undefined) return '';
  return typeof value === 'number' ? String(round3(value)) : value;
}

/** Rows of cells as a Markdown table. */
export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
