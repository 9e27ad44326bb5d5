import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { type Config, loadConfig } from '../../config/config.js';
import type { RedisRoleConfig } from '../../config/redis-config.js';
import { replaceFile } from '../../config/secret-file.js';
import { type Denial, formatDenials, readDenials } from './acl-log.js';
import { applyPolicy } from './apply.js';
import { type AclCheck, checked } from './check.js';
import { configurePolicy } from './configured-policy.js';
import { AclConnectionError, withAdmin } from './connection.js';
import { diffServer } from './diff.js';
import { adminNodes } from './nodes.js';
import { plainMessage } from './plain-message.js';
import { renderUsers } from './render.js';
import { rotateCommand, type RotateOptions } from './rotate-command.js';
import { unsettledRotations } from './unsettled.js';
import { requireAdmin, tell, UsageError } from './usage.js';
import { nodeName, verifyAcl } from './verify.js';

const ACL_HELP = `npm run acl -- <command> [options]

  render   print the aclfile of a server: users, rules, password hashes
  verify   sign in as each user, try what it may do and what it must be refused, compare every command
  diff     compare the users of the servers with the policy
  apply    give the policy to the running servers, one atomic step a user; nobody is disconnected
  rotate   other passwords for the roles, while their processes run on; see docs/operations.md
  log      what the servers refused lately: user, command, key, connection; never a value

  --out <file>       render: write the file (mode 0600) instead of printing it
  --aclfile <file>   apply, rotate: write the server's aclfile too (REDIS_ACL_FILE), so that a restart keeps the users
  --node <address>   all but render: a further server, such as a replica (repeatable)
  --role <role>      rotate: this role alone (repeatable): app, queue, websocket, realtime, monitoring, master
  --stage <stage>    rotate: add a second password | commit: remove the first | abort: go back; without it add and commit
  --within <s>       rotate: how long to wait until every connection knows its new password (30)
  --force            rotate: remove the old password although connections do not know the new one
  --revoke           rotate: a password leaked: new ones at once, and every connection is ended
  --reset            log: empty what was printed
  --policy <file>    another policy than redis-acl.conf
  --json             machine-readable report

Connection, users and passwords come from the configuration (npm run config). diff and apply sign in as
REDIS_MASTER_USER with REDIS_MASTER_PASSWORD; without it, verify tries the users from outside alone.
Exit code: 0 all well, 1 verify or rotate failed, diff found differences or one of several servers did not answer, 2 wrong use,
configuration or connection.`;

const POLICY_FILE = resolve(import.meta.dirname, '../../../redis-acl.conf');
const WRONG_USE = 2;

interface Options extends RotateOptions {
  readonly policy: string;
  readonly out?: string;
  readonly reset: boolean;
}

type Print = (line: string) => void;

/** The `acl` command line; gives its exit code. */
export async function runAclCommand(argv: readonly string[], env: NodeJS.ProcessEnv, out: Print): Promise<number> {
  try {
    const { command, help, options } = readArguments(argv);
    if (help || command === undefined) {
      out(ACL_HELP);
      return help ? 0 : WRONG_USE;
    }
    const run = COMMANDS.get(command);
    if (run === undefined) throw new UsageError(`unknown command "${command}"; --help lists them`);
    const reload = () => loadConfig(env);
    return await run(readPolicy(options.policy), reload(), { ...options, reload }, out);
  } catch (error) {
    const message = plainMessage(error);
    out(argv.includes('--json') ? JSON.stringify({ ok: false, error: message }) : `acl: ${message}`);
    return WRONG_USE;
  }
}

function readArguments(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      policy: { type: 'string', default: POLICY_FILE },
      node: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      aclfile: { type: 'string' },
      role: { type: 'string', multiple: true, default: [] },
      stage: { type: 'string' },
      within: { type: 'string', default: '30' },
      force: { type: 'boolean', default: false },
      revoke: { type: 'boolean', default: false },
      reset: { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 1) throw new UsageError(`one command at a time, not "${positionals.join(' ')}"`);
  return { command: positionals[0], help: values.help, options: values satisfies Omit<Options, 'reload'> };
}

function readPolicy(file: string): string {
  return readFileSync(file, 'utf8');
}

type Run = (policyText: string, config: Config, options: Options, out: Print) => Promise<number>;

const COMMANDS = new Map<string, Run>([
  ['render', render],
  ['verify', verify],
  ['diff', diff],
  ['apply', apply],
  ['rotate', (policyText, _config, options, out) => rotateCommand(policyText, options, out)],
  ['log', log],
]);

async function render(policyText: string, config: Config, options: Options, out: Print): Promise<number> {
  const policy = configurePolicy(policyText, config.redis);
  requireAdmin(config);
  const text = renderUsers(policy.users, policy.passwords, policy.further);
  if (options.out === undefined) {
    out(text.trimEnd());
    return 0;
  }
  replaceFile(resolve(options.out), text);
  out(options.json ? JSON.stringify({ ok: true, file: options.out }) : `wrote ${options.out}`);
  return 0;
}

async function verify(policyText: string, config: Config, options: Options, out: Print): Promise<number> {
  const report = await verifyAcl(policyText, config.redis, await adminNodes(config.redis, options.node));
  return tell(report.checks, { isolation: report.isolation }, options, out);
}

async function diff(policyText: string, config: Config, options: Options, out: Print): Promise<number> {
  const policy = configurePolicy(policyText, config.redis);
  const checks = await onEachNode(config, options, (admin) => diffServer(admin, policy));
  return tell([...checks, ...unsettledRotations(config.redis)], {}, options, out);
}

async function apply(policyText: string, config: Config, options: Options, out: Print): Promise<number> {
  const policy = configurePolicy(policyText, config.redis);
  const checks = await onEachNode(config, options, (admin) => applyPolicy(admin, policy));
  // A file that the servers refused would keep them from starting.
  const aclfile = options.aclfile ?? config.env.REDIS_ACL_FILE;
  if (aclfile !== undefined && checks.every(({ result }) => result !== 'failed')) {
    replaceFile(resolve(aclfile), renderUsers(policy.users, policy.passwords, policy.further));
  }
  return tell(checks, {}, options, out);
}

async function onEachNode(
  config: Config,
  options: Options,
  work: (admin: Parameters<typeof applyPolicy>[0]) => Promise<AclCheck[]>,
): Promise<AclCheck[]> {
  requireAdmin(config);
  const all: AclCheck[] = [];
  const nodes: readonly RedisRoleConfig[] = await adminNodes(config.redis, options.node);
  for (const node of nodes) {
    const checks = await withAdmin(node, work).catch(whenOneOfMany(nodes));
    const where = nodes.length > 1 ? ` at ${nodeName(node)}` : '';
    all.push(...checks.map((check) => ({ ...check, subject: `${check.subject}${where}` })));
  }
  return all;
}

/** One server of several that is away must not keep the others from being seen to. */
function whenOneOfMany(nodes: readonly unknown[]): (error: unknown) => AclCheck[] {
  return (error) => {
    if (nodes.length === 1 || !(error instanceof AclConnectionError)) throw error;
    return [checked('server', 'administrator signs in', [error.message])];
  };
}

async function log(policyText: string, config: Config, options: Options, out: Print): Promise<number> {
  requireAdmin(config);
  const users = new Set(configurePolicy(policyText, config.redis).users.map(({ name }) => name));
  const nodes = await adminNodes(config.redis, options.node);
  const denials: Denial[] = [];
  const away: AclCheck[] = [];
  const read: RedisRoleConfig[] = [];
  for (const node of nodes) {
    try {
      denials.push(...(await withAdmin(node, (admin) => readDenials(admin, nodeName(node), users))));
      read.push(node);
    } catch (error) {
      away.push(...whenOneOfMany(nodes)(error));
    }
  }
  if (!options.json) for (const line of formatDenials(denials)) out(line);
  if (options.json || away.length > 0) tell(away, { denials }, options, out);
  // Only what somebody has seen may be forgotten.
  if (options.reset) for (const node of read) await withAdmin(node, (admin) => admin.call('ACL', 'LOG', 'RESET'));
  return away.length > 0 ? 1 : 0;
}
