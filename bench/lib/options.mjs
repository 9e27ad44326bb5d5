import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { GOALS, SCENARIOS } from '../goals.mjs';

const USAGE = `Usage: npm run bench [-- --quick] [--json FILE] [--only ${SCENARIOS.join(',')}] [--write]`;

/**
 * Reads the command line.
 * @throws PlainError for what it does not know
 */
export function readOptions(args) {
  const options = { quick: false, write: false, json: undefined, scenarios: SCENARIOS };
  const rest = [...args];
  while (rest.length > 0) {
    const option = rest.shift();
    if (option === '--quick') options.quick = true;
    else if (option === '--write') options.write = true;
    else if (option === '--json') options.json = valueOf(option, rest);
    else if (option === '--only') options.scenarios = scenariosOf(valueOf(option, rest));
    else throw new PlainError(`Unknown option ${option}. ${USAGE}`);
  }
  return options;
}

function valueOf(option, rest) {
  const value = rest.shift();
  if (value === undefined || value.startsWith('--')) throw new PlainError(`${option} needs a value. ${USAGE}`);
  return value;
}

/** Names of scenarios, or of figures, which stand for the scenario that measures them. */
function scenariosOf(list) {
  const wanted = list.split(',').map((name) => {
    const found = SCENARIOS.includes(name) ? name : GOALS.find((goal) => goal.name === name)?.scenario;
    if (!found) throw new PlainError(`There is no figure and no scenario ${name}. ${USAGE}`);
    return found;
  });
  return SCENARIOS.filter((name) => wanted.includes(name));
}
