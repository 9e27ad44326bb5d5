import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { BULLMQ_COMMANDS } from '../../src/redis/acl/grants-bullmq.js';
import { parsePolicy } from '../../src/redis/acl/policy.js';
import { POLICY_TEXT } from '../support/redis-process.js';

const BULLMQ = dirname(createRequire(import.meta.url).resolve('bullmq/package.json'));
const KNOWN = new Set(Redis.prototype.getBuiltinCommands());

/** BullMQ's relay between servers: not used here, and not granted. */
const RELAY = /^relay/;
/** removeOrphanedJobs and getWorkers: they show what is not the queue's, so they are refused on purpose. */
const REFUSED_ON_PURPOSE = ['client|list', 'scan'];
/** The Lua that picks a command by a variable; the words it picks from are read beside. */
const VARIABLES = ['command', 'countCommand', 'pushCmd'];

function luaScripts(): string[] {
  const folder = join(BULLMQ, 'dist/esm/scripts');
  const files = readdirSync(folder).filter((file) => file.endsWith('.js') && file !== 'index.js' && !RELAY.test(file));
  return files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll(/--\[\[[\s\S]*?\]\]|--.*$/gm, ''));
}

/** The first argument of every redis.call, redis.pcall and of their short name. */
function calledInLua(): { commands: Set<string>; variables: Set<string> } {
  const commands = new Set<string>();
  const variables = new Set<string>();
  for (const script of luaScripts()) {
    for (const [, quote, word = ''] of script.matchAll(/(?:redis\.p?call|\brcall)\s*\(\s*(['"]?)([\w.]+)/g)) {
      if (quote) commands.add(word.toLowerCase());
      else variables.add(word);
    }
    for (const [, picked = ''] of script.matchAll(/\b\w*(?:Cmd|Command)\s*=(.*)$/gm)) {
      for (const [, word = ''] of picked.matchAll(/["']([A-Z]+)["']/g)) commands.add(word.toLowerCase());
    }
  }
  return { commands, variables };
}

/** What the classes that speak to Redis send by themselves. */
function calledInTypeScript(): Set<string> {
  const classes = ['redis-queue-backend', 'redis-connection', 'worker', 'queue', 'queue-base', 'queue-events', 'job'];
  const commands = new Set<string>();
  for (const name of [...classes, 'flow-producer', 'job-scheduler', 'queue-getters', 'queue-events-producer']) {
    const source = readFileSync(join(BULLMQ, `dist/esm/classes/${name}.js`), 'utf8');
    for (const [, method = ''] of source.matchAll(/\b\w*(?:client|multi|pipeline|transaction)\w*\.(\w+)\(/gi)) {
      const command = method.toLowerCase().replace(/^client(setname|list|info|id|kill)$/, 'client|$1');
      if (KNOWN.has(command) || command.includes('|')) commands.add(command);
    }
  }
  return commands;
}

const lua = calledInLua();
const typeScript = calledInTypeScript();
const needed = [...new Set([...lua.commands, ...typeScript])]
  .filter((command) => !REFUSED_ON_PURPOSE.includes(command) && command !== 'quit')
  .toSorted();

describe('the installed BullMQ', () => {
  it('is read completely: many scripts, and no command picked in a way that is not known here', () => {
    expect(luaScripts().length).toBeGreaterThan(40);
    expect([...lua.variables].toSorted()).toEqual(VARIABLES);
    expect(lua.commands.size).toBeGreaterThan(40);
    expect([...lua.commands].filter((command) => !KNOWN.has(command))).toEqual([]);
    expect([...lua.commands]).toEqual(expect.arrayContaining(['hlen', 'hscan', 'lpush', 'rpush', 'scard', 'sscan']));
    expect([...typeScript]).toEqual(expect.arrayContaining(['bzpopmin', 'exec', 'info', 'multi', 'xread']));
  });

  it.each(['app_user', 'queue_user'])('calls nothing that %s may not', (name) => {
    const user = parsePolicy(POLICY_TEXT).find((candidate) => candidate.name === name);
    expect(needed.filter((command) => !user?.commands.includes(command))).toEqual([]);
  });

  it('calls all that is granted for it', () => {
    const granted = BULLMQ_COMMANDS.flatMap(({ rules }) => rules);
    // EVAL and EVALSHA are how ioredis runs a defined script.
    const unused = granted.filter((command) => !needed.includes(command) && !command.startsWith('eval'));
    expect(unused).toEqual([]);
  });
});
