import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { isRunning, stopProcess, type ProcessIdentity } from '../../scripts/lib/process-identity.mjs';

/** The project's policy for the users of Redis, as it stands in the repository. */
export const POLICY_TEXT = readFileSync(resolve(import.meta.dirname, '../../redis-acl.conf'), 'utf8');

/** A server that a test may kill, hang and bring back. */
export interface ServerProcess {
  /** Of the running process; another one after restart(). */
  readonly pid: number;
  /** False while it is killed or paused. */
  readonly isRunning: boolean;
  /** SIGKILL, as in a power cut. */
  kill9(): Promise<void>;
  /** Brings it back on the same port with what was on disk. */
  restart(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): void;
  resume(): void;
  /** Asks it to end, also where it is paused. */
  end(): Promise<void>;
}

/** Starts a server by `launch`, and again by each restart(). */
export async function keepServer(launch: () => Promise<ProcessIdentity>): Promise<ServerProcess> {
  let server = await launch();
  let isPaused = false;
  const send = (name: NodeJS.Signals) => {
    if (isRunning(server)) process.kill(server.pid, name);
  };
  const resume = () => {
    send('SIGCONT');
    isPaused = false;
  };
  const endBy = async (signal: NodeJS.Signals) => {
    resume(); // a stopped process does not see SIGTERM
    await stopProcess(server, { signal });
  };
  return {
    get pid() {
      return server.pid;
    },
    get isRunning() {
      return !isPaused && isRunning(server);
    },
    kill9: () => endBy('SIGKILL'),
    async restart() {
      await endBy('SIGTERM');
      server = await launch();
    },
    pause() {
      send('SIGSTOP');
      isPaused = true;
    },
    resume,
    end: () => endBy('SIGTERM'),
  };
}

/** A client of the test's own; tests break its server on purpose, so its errors are nobody's business. */
export function openClient(options: RedisOptions): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    disableClientInfo: true,
    disconnectTimeout: 50, // its timer outlives the socket and would hold the test process for two seconds
    ...options,
  });
  client.on('error', () => undefined);
  return client;
}
