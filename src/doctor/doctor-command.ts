import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, type Config } from '../config/config.js';
import type { AclCheck } from '../redis/acl/check.js';
import { formatChecks } from '../redis/acl/report.js';
import { unsettledRotations } from '../redis/acl/unsettled.js';
import { checkChannels } from './channel-checks.js';
import { checkMachine } from './machine-checks.js';
import { checkPending } from './pending-check.js';
import { checkPostgres } from './postgres-checks.js';
import { checkRedis } from './redis-checks.js';

const DOCTOR_HELP = `npm run doctor [-- --json]

Looks at everything that has to be right: versions, disk, the file of secrets, the port, every Redis login and rule,
persistence and eviction, Postgres and its schema, the channels. Changes nothing and sends nothing.
Exit code: 0 healthy, 1 problems, 2 wrong use.`;

type Print = (line: string) => void;

/** The `doctor` command line; gives its exit code. */
export async function runDoctorCommand(argv: readonly string[], env: NodeJS.ProcessEnv, out: Print): Promise<number> {
  const options = readOptions(argv);
  if (options === undefined || options.help) {
    out(DOCTOR_HELP);
    return options ? 0 : 2;
  }
  const checks = await diagnose(env);
  const healthy = checks.every(({ result }) => result !== 'failed');
  if (options.json) out(JSON.stringify({ healthy, checks }, undefined, 2));
  else for (const line of [...formatChecks(checks), verdictOn(checks)]) out(line);
  return healthy ? 0 : 1;
}

function verdictOn(checks: readonly AclCheck[]): string {
  if (checks.some(({ result }) => result === 'failed')) return 'Not healthy: see the FAIL lines';
  return checks.some(({ result }) => result === 'warned') ? 'Healthy, but see the warn lines' : 'Healthy';
}

/** Every check; a configuration that is refused is the only one, as nothing else can be looked at then. */
async function diagnose(env: NodeJS.ProcessEnv): Promise<AclCheck[]> {
  let config: Config;
  try {
    config = loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((detail) => ({ subject: 'config', check: 'is complete', result: 'failed', detail }));
  }
  const [machine, redis, pending, postgres, channels] = await Promise.all([
    checkMachine(config.env),
    checkRedis(config.redis),
    checkPending(config.redis),
    checkPostgres(config.env.DATABASE_URL),
    checkChannels(config.env),
  ]);
  return [...machine, ...redis, ...unsettledRotations(config.redis), ...pending, ...postgres, ...channels];
}

function readOptions(argv: readonly string[]): { json: boolean; help: boolean } | undefined {
  try {
    const options = {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    } as const;
    return parseArgs({ args: [...argv], options }).values;
  } catch {
    return undefined;
  }
}
