import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { eventually } from '../support/eventually.js';
import { createTestDatabase } from '../support/test-database.js';
import { startTestRedis } from '../support/test-redis.js';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');

/** The compiled program as its own process, on its own Redis and database. */
export interface RunningApp {
  readonly url: string;
  readonly operatorKey: string;
  /** Ends it and starts it again on the same port. Meanwhile another process, `elsewhere`, serves the same stores. */
  restart(whileDown: (elsewhere: string) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** @param settings variables beside those of its servers */
export async function startApp(settings: NodeJS.ProcessEnv = {}): Promise<RunningApp> {
  const [redis, database, port] = await Promise.all([startTestRedis(), createTestDatabase(), freePort()]);
  const operatorKey = randomBytes(24).toString('base64url');
  const { REDIS_MASTER_USER: _user, REDIS_MASTER_PASSWORD: _password, ...redisEnv } = redis.env;
  const env = {
    PATH: process.env.PATH,
    ...redisEnv,
    DATABASE_URL: database.url,
    NABOOM_OPERATOR_KEY: operatorKey,
    NABOOM_LOG_LEVEL: 'warn',
    PORT: String(port),
    ...settings,
  };
  const url = `http://127.0.0.1:${port}`;
  let child = await launch(env, url);
  return {
    url,
    operatorKey,
    async restart(whileDown) {
      const otherPort = await freePort();
      const elsewhere = `http://127.0.0.1:${otherPort}`;
      const other = await launch({ ...env, PORT: String(otherPort) }, elsewhere);
      await end(child);
      await whileDown(elsewhere);
      await end(other);
      child = await launch(env, url);
    },
    async stop() {
      await end(child);
      await Promise.all([redis.stop(), database.drop()]);
    },
  };
}

async function launch(env: NodeJS.ProcessEnv, url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, 'all'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer) => (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
      return (await fetch(`${url}/health/ready`)).ok;
    },
    { withinMs: 20_000, what: 'the app being ready' },
  );
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
