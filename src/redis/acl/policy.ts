/** One user of the policy, as the file grants it. */
export interface PolicyUser {
  readonly name: string;
  readonly enabled: boolean;
  /** Key patterns, without the leading `~`. */
  readonly keys: readonly string[];
  /** Channel patterns, without the leading `&`. */
  readonly channels: readonly string[];
  /** Commands, without the leading `+`: `get`, `client|info`, `select|2`. */
  readonly commands: readonly string[];
  /** The administrator: every key, channel and command. */
  readonly unlimited: boolean;
}

/** The policy file breaks its own rules; the message names the line and the remedy. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

const UNLIMITED = ['allkeys', 'allchannels', 'allcommands'];
const NAME = /^[a-zA-Z][\w-]*$/;
const COMMAND = /^[a-z][a-z-]*(\|[a-z0-9-]+)?$/;

/** Reads the policy file. Throws PolicyError on passwords, categories, selectors and whatever else it may not say. */
export function parsePolicy(text: string): PolicyUser[] {
  const users: PolicyUser[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const user = parseLine(line, index + 1);
    if (users.some((other) => other.name === user.name)) {
      throw new PolicyError(`policy line ${index + 1}: user ${user.name} stands there twice`);
    }
    users.push(user);
  });
  const fallback = users.find((user) => user.name === 'default');
  if (!fallback || fallback.enabled) {
    throw new PolicyError('the policy must say "user default off"');
  }
  return users;
}

/** The rules of a user as Redis takes them, without on/off and passwords. */
export function rulesOf(user: PolicyUser): string[] {
  if (user.unlimited) return UNLIMITED;
  return [
    ...user.keys.map((key) => `~${key}`),
    ...user.channels.map((channel) => `&${channel}`),
    '-@all',
    ...user.commands.map((command) => `+${command}`),
  ];
}

function parseLine(line: string, number: number): PolicyUser {
  const [keyword, name, ...tokens] = line.split(/\s+/);
  const fail = (why: string): never => {
    throw new PolicyError(`policy line ${number}: ${why}`);
  };
  if (keyword !== 'user' || name === undefined) return fail('a line starts with "user <name>"');
  if (!NAME.test(name)) return fail('the user name may hold letters, digits, - and _ only');
  const bad = tokens.find((token) => !isAllowed(token));
  if (bad !== undefined) return fail(`${name}: ${refusal(bad)}`);
  const twice = tokens.find((token, at) => tokens.indexOf(token) !== at);
  if (twice !== undefined) return fail(`${name}: ${twice} stands there twice`);
  const enabled = tokens.includes('on');
  if (enabled === tokens.includes('off')) return fail(`${name}: say either "on" or "off"`);
  const all = tokens.filter((token) => UNLIMITED.includes(token)).length;
  if (all !== 0 && all !== UNLIMITED.length) return fail(`${name}: ${UNLIMITED.join(', ')} only together`);
  const after = (sign: string) => tokens.filter((token) => token.startsWith(sign)).map((token) => token.slice(1));
  return { name, enabled, keys: after('~'), channels: after('&'), commands: after('+'), unlimited: all > 0 };
}

function isAllowed(token: string): boolean {
  if (['on', 'off', '-@all', ...UNLIMITED].includes(token)) return true;
  if (token.startsWith('+')) return COMMAND.test(token.slice(1));
  return /^[~&]./.test(token);
}

/** Never shows the token when it may be a password. */
function refusal(token: string): string {
  if (/^[><#!]/.test(token) || token === 'nopass') return 'passwords do not belong into the policy';
  if (token.startsWith('+@')) return `${token}: a category grows with the server's version; list the commands`;
  return `${token} is not a rule the policy may use`;
}
