import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { eventually } from './eventually.js';

const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'main.js');
export const TEST_OPERATOR_KEY = 'operator-key-of-the-tests-0123456789';

/** One process of ours, as it runs in production. */
export interface TestNode {
  readonly url: string;
  readonly pid: number;
  /** All that it has written so far. */
  log(): string;
  /** Asks it to stop, and gives its exit code once it has. */
  stop(): Promise<number | null>;
  kill9(): Promise<void>;
}

export interface TestNodeOptions {
  readonly role?: 'api' | 'worker' | 'all';
  /** Connections, as of startTestRedis().env, and DATABASE_URL. */
  readonly env: Readonly<Record<string, string>>;
  /** What must answer before the node counts as started. */
  readonly waitFor?: '/health/ready' | '/health/live';
  /** A free one unless it is named: for a node that comes back where it was. */
  readonly port?: number;
  /** A command in front of it, such as what enters a network namespace. */
  readonly prefix?: readonly string[];
  /** Where it is asked whether it has started; 127.0.0.1 unless it is said. */
  readonly host?: string;
  /** `dist/main.js` of another version. */
  readonly main?: string;
}

/** Starts `node dist/main.js <role>` on a free port, with exactly the given environment. */
export async function startTestNode({
  role = 'api',
  env,
  waitFor = '/health/ready',
  port: wanted,
  prefix = [],
  host = '127.0.0.1',
  main = MAIN,
}: TestNodeOptions): Promise<TestNode> {
  const port = String(wanted ?? (await freePort()));
  const [command, ...args] = [...prefix, process.execPath, main, role];
  const child = spawn(command!, args, {
    env: {
      PATH: process.env.PATH,
      HOST: host,
      PORT: port,
      NABOOM_WORKER_PORT: port,
      NABOOM_OPERATOR_KEY: TEST_OPERATOR_KEY,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const node: TestNode = {
    url: `http://${host}:${port}`,
    pid: child.pid!,
    log: () => chunks.join(''),
    stop: () => end(child, 'SIGTERM'),
    kill9: async () => void (await end(child, 'SIGKILL')),
  };
  await eventually(async () => child.exitCode !== null || (await fetch(node.url + waitFor)).ok, {
    withinMs: 60_000, // 2 s on a machine of its own
    what: `${role} at ${waitFor}`,
  }).catch(async (error: unknown) => {
    await node.kill9();
    throw new Error(`${String(error)}\n${node.log()}`, { cause: error });
  });
  if (child.exitCode !== null) throw new Error(`the node ended: ${node.log()}`);
  return node;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
