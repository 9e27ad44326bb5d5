import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from './eventually.js';
import { TEST_OPERATOR_KEY } from './test-node.js';

const CLIENTS = join(import.meta.dirname, 'herd-clients.mjs');
/** One process of clients has one core; the server needs the other. */
const PROCESSES = 2;

interface Status {
  readonly live: number;
  /** `seq` that even the last of them has. */
  readonly least: number;
  readonly problems: readonly string[];
}

/** Thousands of responders of one API process, in processes of their own. */
export class Herd {
  readonly #processes: ChildProcess[] = [];
  #id = 0;

  constructor(
    private readonly url: string,
    private readonly count: number,
  ) {}

  /** Resolves when all are live. */
  async gather(): Promise<void> {
    const settings = { url: this.url, count: this.count / PROCESSES, token: TEST_OPERATOR_KEY };
    for (let index = 0; index < PROCESSES; index += 1) this.#processes.push(fork(CLIENTS, { stdio: 'inherit' }));
    await Promise.all(
      this.#processes.map((each, index) => this.#ask(each, 'gather', { ...settings, net: 10 + index })),
    );
    await this.whole();
  }

  /** Resolves when all are live and have the event `seq`. @throws Error when one had an event twice, or one less */
  async whole(seq = 0, withinMs = 100_000): Promise<void> {
    await eventually(
      async () => {
        const all = await this.#askAll<Status>('status');
        const problems = all.flatMap((each) => each.problems);
        if (problems.length > 0) throw new Error(problems.join('; '));
        const live = all.reduce((sum, each) => sum + each.live, 0);
        const least = Math.min(...all.map((each) => each.least));
        if (live < this.count || least < seq) throw new Error(`${live} are live, the last has ${least} of ${seq}`);
        return true;
      },
      { withinMs, everyMs: 200, what: `${this.count} live sockets` },
    );
  }

  /** When each try to connect was made, ms. */
  async triesSince(since: number): Promise<number[]> {
    return (await this.#askAll<number[]>('tries', { since })).flat().toSorted((a, b) => a - b);
  }

  async end(): Promise<void> {
    const running = this.#processes.splice(0).filter(({ connected }) => connected);
    const ended = running.map((each) => once(each, 'exit'));
    for (const each of running) each.send({ command: 'end' });
    await Promise.all(ended);
  }

  #askAll<T>(command: string, given: object = {}): Promise<T[]> {
    return Promise.all(this.#processes.map((each) => this.#ask<T>(each, command, given)));
  }

  async #ask<T>(child: ChildProcess, command: string, given: object): Promise<T> {
    const id = (this.#id += 1);
    return new Promise((resolve, reject) => {
      const heard = (message: { id: number; answer: T }) => {
        if (message.id !== id) return;
        child.off('message', heard as never);
        resolve(message.answer);
      };
      child.on('message', heard as never);
      child.send({ id, command, given }, (error) => error && reject(error));
    });
  }
}
