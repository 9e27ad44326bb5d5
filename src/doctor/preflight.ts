import type { Config } from '../config/config.js';
import { placeName } from '../config/redis-place.js';
import { readServerInfo, versionProblem } from '../redis/server-info.js';
import { checkLogins, tryAs } from './redis-logins.js';
import { postgresProblem } from './postgres-checks.js';

/** What keeps the system from starting on these servers: a line each, without secrets; empty when nothing does. */
export async function preflight(config: Config): Promise<string[]> {
  const [redis, postgres] = await Promise.all([redisProblems(config), postgresProblem(config.env.DATABASE_URL)]);
  return [...redis, ...(postgres === undefined ? [] : [postgres])];
}

async function redisProblems({ redis }: Config): Promise<string[]> {
  let tooOld: string | undefined;
  await tryAs('monitoring', redis, async (connection) => {
    tooOld = versionProblem(readServerInfo(await connection.info('server')), placeName(redis.roles.monitoring.place));
  });
  if (tooOld) return [tooOld];
  const failed = (await checkLogins(redis)).flatMap(({ detail }) => detail ?? []);
  return [...new Set(failed)]; // one server that is away is one problem, not five
}
