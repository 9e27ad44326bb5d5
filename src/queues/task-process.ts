import { fork, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import type { FromChild, Task, ToChild } from './task-messages.js';

/** Limits of every task; times in ms. */
export interface TaskLimits {
  /** The task's signal aborts. */
  readonly softMs: number;
  /** The child process is killed, whatever it does. */
  readonly hardMs: number;
  /** A child process is replaced after this many tasks, so that what leaks in it goes with it. */
  readonly tasksPerChild: number;
  /** A child process must be able to take tasks within this time. */
  readonly startMs: number;
  /** Idle child processes that are kept ready, beside what is used; none by default. */
  readonly spares?: number;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One forked process: runs one task at a time and can be killed in the middle of it. */
export class TaskProcess {
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  readonly #child: ChildProcess;
  #waiting: Waiting | undefined;
  #killedFor: string | undefined;
  #tasks = 0;

  private constructor(
    module: string,
    private readonly limits: TaskLimits,
  ) {
    // No environment and no arguments: a process list shows nothing, and a setting cannot come in by the side door.
    this.#child = fork(module, [], {
      env: {},
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    if (this.#child.pid !== undefined) yieldToAlerts(this.#child.pid);
    this.#child.on('message', (message) => this.#take(message as FromChild));
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        this.#ended(this.#killedFor ?? `the child process ended by itself (${signal ?? `code ${code}`})`);
        resolve();
      });
      this.#child.on('error', (error) => {
        if (this.#child.pid !== undefined) return; // a message that could not be sent: its exit follows
        this.#ended(error.message);
        resolve();
      });
    });
  }

  /**
   * Forks a process and opens its jobs.
   * @param stop kills it while it starts
   * @throws Error when it refuses (a job without a handler, or with two), ends, or is not ready in time
   */
  static async open(module: string, settings: unknown, limits: TaskLimits, stop: AbortSignal): Promise<TaskProcess> {
    const started = new TaskProcess(module, limits);
    const kill = () => started.kill('the worker is stopping');
    stop.addEventListener('abort', kill, { once: true });
    try {
      await started.#ask({ kind: 'open', settings }, limits.startMs, 'did not start in time');
      return started;
    } finally {
      stop.removeEventListener('abort', kill);
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** True when it may take another task. */
  get isUsable(): boolean {
    return this.#child.connected && !this.#killedFor && this.#tasks < this.limits.tasksPerChild;
  }

  /**
   * Runs one task.
   * @throws Error when the task fails, exceeds the hard limit, or the process ends under it
   */
  async run(task: Task): Promise<unknown> {
    this.#tasks += 1;
    const { softMs, hardMs } = this.limits;
    const soft = setTimeout(() => this.#send({ kind: 'abort', reason: `over the soft limit of ${softMs} ms` }), softMs);
    try {
      return await this.#ask({ kind: 'run', task }, hardMs, `over the hard limit of ${hardMs} ms`);
    } finally {
      clearTimeout(soft);
    }
  }

  /** Lets it close its connections and end; kills it when it takes longer than `timeoutMs`. */
  async stop(timeoutMs: number): Promise<void> {
    const timer = setTimeout(() => this.kill('did not stop in time'), timeoutMs);
    this.#send({ kind: 'stop' });
    await this.exited;
    clearTimeout(timer);
  }

  /** Ends it at once; a running task fails with `reason`. */
  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.#child.kill('SIGKILL');
  }

  async #ask(message: ToChild, timeoutMs: number, reason: string): Promise<unknown> {
    const timer = setTimeout(() => this.kill(reason), timeoutMs);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#ended('the child process is gone');
        else this.#send(message);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  #take(message: FromChild): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    switch (message.kind) {
      case 'opened':
        return waiting?.resolve(undefined);
      case 'done':
        return waiting?.resolve(message.result);
      case 'failed':
        return waiting?.reject(new Error(message.reason));
      case 'refused':
        this.kill(message.reason);
        return waiting?.reject(new Error(message.reason));
    }
  }

  #ended(reason: string): void {
    this.#killedFor ??= reason;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(new Error(reason));
  }

  #send(message: ToChild): void {
    // A process that is just ending cannot be told anything; its exit is what is acted on.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }
}

/** Where the CPU is short, who takes alerts comes before who tells of them. */
function yieldToAlerts(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system allows no such thing: it runs like any other.
  }
}
