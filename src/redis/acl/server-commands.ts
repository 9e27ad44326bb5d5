import type { Redis } from 'ioredis';

/** One command of a server, ready to be asked about with ACL DRYRUN. */
export interface ServerCommand {
  /** As in a rule: `get`, `client|list`. */
  readonly name: string;
  /** Words of the command and as many made-up arguments as it takes at least. */
  readonly words: readonly string[];
  /** AUTH, HELLO, QUIT and RESET: anybody may, no rule can change it. */
  readonly free: boolean;
}

type CommandEntry = [name: string, arity: number, flags: string[], ...unknown[]];
const SUBCOMMANDS_AT = 9;
const SELECT_DBS = 16;

/** Every command and subcommand that the server knows, and SELECT of each database. */
export async function listServerCommands(admin: Redis): Promise<ServerCommand[]> {
  const entries = (await admin.call('COMMAND')) as CommandEntry[];
  const flat = entries.flatMap((entry) => {
    const subcommands = (entry[SUBCOMMANDS_AT] ?? []) as CommandEntry[];
    return subcommands.length > 0 ? subcommands : [entry];
  });
  const selects = Array.from({ length: SELECT_DBS }, (_, db) => ({
    name: `select|${db}`,
    words: ['select', String(db)],
    free: false,
  }));
  return [...flat.filter(([name]) => name !== 'select').map(describe), ...selects];
}

function describe([name, arity, flags]: CommandEntry): ServerCommand {
  const words = name.toLowerCase().split('|');
  const padding = Array.from({ length: Math.max(0, Math.abs(arity) - words.length) }, () => 'naboom-dry-run');
  return { name: words.join('|'), words: [...words, ...padding], free: flags.includes('no_auth') };
}

/** Asks the server which of the commands the user may call; keys and channels do not count here. */
export async function grantedCommands(
  admin: Redis,
  user: string,
  commands: readonly ServerCommand[],
): Promise<Set<string>> {
  const pipeline = admin.pipeline();
  for (const { words } of commands) pipeline.call('ACL', 'DRYRUN', user, ...words);
  const replies = (await pipeline.exec()) ?? [];
  const granted = new Set<string>();
  commands.forEach(({ name, free }, at) => {
    const [error, reply] = replies[at] ?? [new Error('no reply to ACL DRYRUN')];
    if (error) throw error;
    if (!free && !/no permissions to run/.test(String(reply))) granted.add(name);
  });
  return granted;
}
