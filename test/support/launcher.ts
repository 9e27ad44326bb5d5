import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { testServers } from './test-servers.js';

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');

/** One `npm start` (or its script alone) as a process of its own. */
export interface Launcher {
  readonly child: ChildProcess;
  /** Everything it wrote so far. */
  output(): string;
  /** Waits for the line that says where it runs; rejects when it ends before. */
  ready(): Promise<void>;
  /** Waits for its end; gives the exit code, or the signal's name. */
  exit(): Promise<number | NodeJS.Signals | null>;
}

/** An empty data folder of this run that knows its redis-server, so that no test downloads one. */
export function newDataDir(): string {
  const folder = mkdtempSync(join(testServers().folder, 'start-'));
  chmodSync(folder, 0o711);
  const { path, libraryPath } = testServers().redis;
  if (libraryPath !== undefined) symlinkSync(dirname(dirname(path)), join(folder, 'redis-bin'));
  return folder;
}

/** Starts it in its own process group; `env` is added to ours. */
export function startLauncher(
  env: Record<string, string>,
  command: readonly string[] = ['node', 'scripts/start.mjs'],
): Launcher {
  const [program = '', ...args] = command;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NABOOM_|REDIS_|DATABASE_|PORT$|HOST$)/.test(name),
  );
  const child = spawn(program, args, {
    cwd: PROJECT_ROOT,
    env: { ...Object.fromEntries(inherited), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = new Promise<number | NodeJS.Signals | null>((done) => {
    child.once('close', (code, signal) => done(code ?? signal));
  });
  const ready = new Promise<void>((done, fail) => {
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      if (/ready after/.test(output)) done();
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', collect);
    void exited.then((code) => fail(new Error(`it ended with ${code} before it was ready: ${output}`)));
  });
  ready.catch(() => undefined); // a test that expects a refusal never asks
  return { child, output: () => output, ready: () => ready, exit: () => exited };
}

/** Pids of everything that runs on this data folder: launcher, app, Redis, Postgres. */
export function processesOn(dataDir: string): number[] {
  const recorded = ['launcher.json', 'app.json', 'redis/identity.json'].flatMap((name) => {
    try {
      return [(JSON.parse(readFileSync(join(dataDir, name), 'utf8')) as { pid: number }).pid];
    } catch {
      return [];
    }
  });
  return execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .filter(
      ([, pid, stat, args]) => !stat?.startsWith('Z') && (args?.includes(dataDir) || recorded.includes(Number(pid))),
    )
    .map(([, pid]) => Number(pid));
}
