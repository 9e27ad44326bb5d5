import type { Redis } from 'ioredis';

import { PROBED_COMMAND } from './provoked-refusals.js';

/** Something that the server refused; the same again within a minute is counted there as one. */
export interface Denial {
  readonly server: string;
  readonly secondsAgo: number;
  readonly times: number;
  /** `command`, `key`, `channel`: what the user may not; `auth`: a login that failed. */
  readonly reason: string;
  readonly user: string;
  readonly command: string;
  /** The key, channel or command; never a value. */
  readonly object: string;
  /** In a script or transaction, or by itself. */
  readonly context: string;
  /** Name and address of the connection. */
  readonly client: string;
}

/** Shown instead of a user that the policy does not know: people type passwords where a name belongs. */
const UNKNOWN_USER = '(unknown user)';

/** What the server refused lately, the latest first; without what health tries each second. */
export async function readDenials(admin: Redis, server: string, users: ReadonlySet<string>): Promise<Denial[]> {
  const entries = (await admin.call('ACL', 'LOG', '128')) as unknown[][];
  const denials = entries.map((entry) => {
    const field = (name: string) => printable(String(entry[entry.indexOf(name) + 1]));
    const client = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(field('client-info'))?.[1] ?? '';
    const [reason, user] = [field('reason'), field('username')];
    return {
      server,
      secondsAgo: Math.round(Number(field('age-seconds'))),
      times: Number(field('count')),
      reason,
      user: users.has(user) ? user : UNKNOWN_USER,
      command: client('cmd'),
      object: reason === 'auth' ? '' : field('object'),
      context: field('context'),
      client: [client('name'), client('addr')].filter(Boolean).join(' at '),
    };
  });
  return denials.filter(({ command }) => command !== PROBED_COMMAND);
}

/** Whoever is refused chooses the name of the key: to a terminal it must be no command, and to a reader no further line. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** Connections that try on purpose what must be refused; whoever is signed in could call itself so, hence the count. */
const OWN_PROBE = /^naboom:\w+:acl( at |$)/;

/** The log for people, a line each; what our own verification provoked is one. */
export function formatDenials(denials: readonly Denial[]): string[] {
  if (denials.length === 0) return ['nothing was refused'];
  const isProbe = ({ reason, client }: Denial) => reason !== 'auth' && OWN_PROBE.test(client);
  const probes = denials.filter(isProbe);
  const times = probes.reduce((sum, probe) => sum + probe.times, 0);
  const folded = `${times} refusal(s) of connections named naboom:<role>:acl: "verify" and doctor provoke them (--json lists each)`;
  return [...denials.filter((denial) => !isProbe(denial)).map(formatDenial), ...(times > 0 ? [folded] : [])];
}

function formatDenial(denial: Denial): string {
  const what = denial.reason === 'auth' ? 'sign in' : `${denial.command} (${denial.reason} ${denial.object})`;
  const where = denial.context === 'toplevel' ? '' : ` in ${denial.context}`;
  const times = denial.times > 1 ? `, ${denial.times} times` : '';
  return `${denial.secondsAgo} s ago at ${denial.server}: ${denial.user} may not ${what}${where}${times}; ${denial.client}`;
}
