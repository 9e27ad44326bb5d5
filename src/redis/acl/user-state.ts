import type { Redis } from 'ioredis';

/** A user as the server has it (ACL GETUSER). */
export interface UserState {
  readonly enabled: boolean;
  readonly needsNoPassword: boolean;
  readonly passwordHashes: ReadonlySet<string>;
  /** Patterns with their sign, such as `~naboom:cache:*` or `%R~x`. */
  readonly keys: ReadonlySet<string>;
  /** Patterns with their sign, such as `&naboom:ws#*`. */
  readonly channels: ReadonlySet<string>;
  /** Command rules in the server's own wording: Redis 7.0 folds lists into categories. */
  readonly commandRules: ReadonlySet<string>;
  readonly selectors: number;
}

/** Reads a user; undefined when the server has none of that name. */
export async function readUserState(admin: Redis, name: string): Promise<UserState | undefined> {
  const reply = (await admin.call('ACL', 'GETUSER', name)) as unknown[] | null;
  if (reply === null) return undefined;
  const field = (key: string) => reply[reply.indexOf(key) + 1];
  const flags = field('flags') as string[];
  return {
    enabled: flags.includes('on'),
    needsNoPassword: flags.includes('nopass'),
    passwordHashes: new Set(field('passwords') as string[]),
    keys: patterns(field('keys')),
    channels: patterns(field('channels')),
    commandRules: patterns(field('commands')),
    selectors: (field('selectors') as unknown[]).length,
  };
}

/** Redis 7 answers patterns as one string. */
function patterns(value: unknown): Set<string> {
  return new Set(String(value).split(' ').filter(Boolean));
}

/** What stands in one set and not in the other. */
export function compareSets(
  wanted: Iterable<string>,
  actual: Iterable<string>,
): { missing: string[]; extra: string[] } {
  const [want, have] = [new Set(wanted), new Set(actual)];
  return { missing: [...want].filter((item) => !have.has(item)), extra: [...have].filter((item) => !want.has(item)) };
}

/** Complaints about what is missing or too much. */
export function compareRules(what: string, wanted: Iterable<string>, actual: Iterable<string>): string[] {
  const { missing, extra } = compareSets(wanted, actual);
  return [
    ...(missing.length > 0 ? [`${what} missing: ${missing.join(' ')}`] : []),
    ...(extra.length > 0 ? [`${what} too much: ${extra.join(' ')}`] : []),
  ];
}
