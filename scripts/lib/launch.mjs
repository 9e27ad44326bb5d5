import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startApp, stopLeftoverApp, untilReady } from './app-process.mjs';
import { ensureBuilt } from './build.mjs';
import { openDataDir, takeDataDir } from './data-dir.mjs';
import { prepareStores, readConfig, writeAclFile } from './compiled.mjs';
import { raiseDemoAlerts } from './demo-alerts.mjs';
import { noteGeneratedValues } from './generated-values.mjs';
import { ensureInstalled } from './install.mjs';
import { listenAddress, requireFree } from './listen-address.mjs';
import { startPostgres, stopLeftoverPostgres } from './postgres-server.mjs';
import { isRunning } from './process-identity.mjs';
import { PROJECT_ROOT, say } from './project.mjs';
import { findRedis } from './redis-binary.mjs';
import { startRedis, stopLeftoverRedis } from './redis-server.mjs';
import { runCommand } from './run-command.mjs';
import { aclFileOf, dataDirOf, generatedFileOf, runEnvironment } from './run-environment.mjs';

const [APP, REDIS, POSTGRES, DATA_DIR] = ['The app', 'Redis', 'Postgres', 'The data folder'];
/** The app drains while its servers still answer; the folder is free for another start only when all is down. */
export const CLOSING_ORDER = [APP, REDIS, POSTGRES, DATA_DIR];

const WATCH_MS = 2_000;
const WITHOUT = {
  [REDIS]: 'Alerts are stored all the same and reach responders a little later.',
  [POSTGRES]: 'Redis takes the alerts and nobody is called until it is back: do not empty Redis.',
};

/**
 * Brings the whole system up. Whatever it opened is in `opened` ({ name, close }), also when it throws; a `signal`
 * that aborts ends it between two steps.
 */
export async function launch({ env, seed, signal, opened }) {
  const startedAt = performance.now();
  const dataDir = dataDirOf(env);
  const address = await listenAddress(env);
  await takeOver({ dataDir, address, opened });
  await ensureInstalled(PROJECT_ROOT, say, signal);
  signal.throwIfAborted();
  await ensureBuilt(PROJECT_ROOT, say);
  signal.throwIfAborted();
  const own = await noteGeneratedValues(env);
  const appEnv = { ...runEnvironment(env), HOST: address.host, PORT: String(address.port) };
  const config = await readConfig(appEnv);
  await startServers({ env, dataDir, own, config, opened });
  signal.throwIfAborted();
  await prepareStores(config);
  signal.throwIfAborted();
  const app = startApp({ dataDir, env: withoutAdmin(appEnv) });
  opened.push({ name: APP, close: app.stop });
  const [verdict] = await Promise.all([verifyAcl(appEnv), untilReady(app, address.url, signal)]);
  signal.throwIfAborted();
  if (verdict) say(verdict);
  if (seed) say(`${await raiseDemoAlerts(address.url)} demo alerts raised`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  sayWhenGone(opened, signal);
  process.stdout.write(welcome({ address, seconds, generatedFile: generatedFileOf(env), env, logFile: app.logFile }));
  return app;
}

/** The data folder is ours alone, and nothing of an earlier, killed start runs any more. */
async function takeOver({ dataDir, address, opened }) {
  openDataDir(dataDir);
  const { release } = takeDataDir(dataDir, address.url);
  opened.push({ name: DATA_DIR, close: release });
  await stopLeftoverApp(dataDir);
  await stopLeftoverRedis(join(dataDir, 'redis'));
  await stopLeftoverPostgres(join(dataDir, 'postgres'));
  await requireFree(address);
}

/** Starts what the operator did not name, side by side; the one that fails is reported when both have settled. */
async function startServers({ env, dataDir, own, config, opened }) {
  const open = async (name, starting) => {
    const { stop, pid, startedAt } = await starting;
    opened.push({ name, close: stop, identity: { pid, startedAt } });
  };
  const redis = async () => {
    const dir = join(dataDir, 'redis');
    const aclFile = aclFileOf(env);
    const found = await findRedis({ dataDir, env, log: say });
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    await writeAclFile(aclFile, config);
    return startRedis({ dir, ...found, port: own.redis.port, aclFile });
  };
  const { port, password } = own.postgres ?? {};
  const postgres = () => startPostgres({ dir: join(dataDir, 'postgres'), port, password });
  const steps = [...(own.postgres ? [open(POSTGRES, postgres())] : []), ...(own.redis ? [open(REDIS, redis())] : [])];
  const failed = (await Promise.allSettled(steps)).find((step) => step.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A server that ends by itself is told once: the app goes on as well as it can without it. */
function sayWhenGone(opened, signal) {
  const watched = new Map(opened.flatMap(({ name, identity }) => (identity ? [[name, identity]] : [])));
  const timer = setInterval(() => {
    for (const [name, identity] of watched) {
      if (isRunning(identity)) continue;
      watched.delete(name);
      say(`${name} has ended by itself. ${WITHOUT[name]} Press Ctrl-C, then "npm start" again`);
    }
  }, WATCH_MS);
  timer.unref(); // an app that ended by itself ends the launcher, whatever is watched
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

async function verifyAcl(env) {
  const program = join(PROJECT_ROOT, 'dist/cli/acl.js');
  const { code, stdout, stderr } = await runCommand(process.execPath, [program, 'verify'], { env, timeoutMs: 30_000 });
  if (code === 0) return undefined;
  return `The Redis ACL is not as it should be ("npm run acl -- verify" shows all):\n${(stdout + stderr).trim()}`;
}

/** No server process ever holds the admin's password. */
function withoutAdmin(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('REDIS_MASTER_')));
}

function welcome({ address: { url }, seconds, generatedFile, env, logFile }) {
  const keyGiven = env.NABOOM_OPERATOR_KEY || env.NABOOM_OPERATOR_KEY_FILE;
  const body = '{"severity":"high","location":{"lat":-33.9249,"lng":18.4241},"message":"Help at the taxi rank"}';
  return `
Naboom Realtime is ready after ${seconds} s.
  Page          ${url}/
  Health        ${url}/health
  Operator key  ${keyGiven ? 'yours (NABOOM_OPERATOR_KEY)' : `NABOOM_OPERATOR_KEY in ${generatedFile}`}
  Log           ${logFile}

Raise an alert:
  curl -sS ${url}/api/v1/emergency/alerts -H 'content-type: application/json' -d '${body}'

Stop with Ctrl-C.
`;
}
