import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, type StartPostgresOptions } from '../../scripts/lib/postgres-server.mjs';
import { childrenOf, recordProcess, sendSignal } from '../../scripts/lib/process-identity.mjs';
import { migrate } from '../../src/database/migrate.js';
import { eventually } from './eventually.js';
import { testServers } from './test-servers.js';
import { isAlive } from './worker-process.js';

/** A Postgres of one test file, which may be killed: the shared one of the run may not. */
export interface TestPostgres {
  readonly url: string;
  readonly port: number;
  /** Of the running postmaster; another one after restart(). */
  readonly pid: number;
  /** SIGKILL of all its processes at once, as in a power cut. */
  kill9(): Promise<void>;
  /** Brings it back on the same port. */
  restart(): Promise<void>;
  /** SIGSTOP of all its processes: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

export interface TestPostgresOptions extends Pick<StartPostgresOptions, 'settings'> {
  /** Where its files are; a new folder unless it is named. */
  readonly folder?: string;
  /** false: without a schema, for a process that makes its own. */
  readonly migrated?: boolean;
}

/** Starts a migrated, empty Postgres (about 3 s). */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const folder = options.folder ?? join(testServers().folder, `postgres-${randomUUID()}`);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o711); // its own user must be able to enter it
  const dir = join(folder, 'data');
  const password = randomBytes(24).toString('base64url');
  const launch = async (port?: number) => {
    const { settings } = options;
    const server = await startPostgres({ dir, password, ...(port ? { port } : {}), ...(settings ? { settings } : {}) });
    recordProcess(join(folder, 'identity.json'), server.pid); // what a test leaves is stopped at the end of the run
    return server;
  };
  let server = await launch();
  if (options.migrated !== false) await migrate(server.url);
  const all = () => (isAlive(server.pid) ? [server.pid, ...childrenOf(server.pid)] : []);
  const signal = (name: NodeJS.Signals) => all().forEach((pid) => sendSignal(pid, name));
  return {
    url: server.url,
    port: server.port,
    get pid() {
      return server.pid;
    },
    async kill9() {
      const pids = all();
      for (const pid of pids) sendSignal(pid, 'SIGKILL');
      await eventually(() => !pids.some(isAlive), { what: 'the end of Postgres' });
    },
    async restart() {
      server = await launch(server.port);
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    async stop() {
      if (isAlive(server.pid)) signal('SIGCONT'); // a stopped process does not see SIGINT
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
