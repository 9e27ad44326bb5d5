import type { Task } from './task-messages.js';
import { TaskProcess, type TaskLimits } from './task-process.js';

/** What the seed's Celery workers had: 240 s soft, 300 s hard, 1000 tasks a child. */
export const TASK_LIMITS: TaskLimits = {
  softMs: 240_000,
  hardMs: 300_000,
  tasksPerChild: 1000,
  // 0.3 s at rest. On a starved machine it takes long, and a worker that gave up would start all of it again.
  startMs: 60_000,
  spares: 2,
};

const STOP_MS = 2000;
/** Children that start at once: where the CPU is short, more of them would only make each one late. */
const STARTS_AT_ONCE = 2;
const STOPPING = 'the worker is stopping';

interface Waiting {
  readonly isUrgent: boolean;
  readonly resolve: (child: TaskProcess) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs tasks in child processes, because only a process can be stopped for certain: BullMQ has no time limit of a job,
 * and cannot end code that never returns to the event loop. Grows with its use; how much runs at once is the queues'
 * concurrency. To start a child takes 0.3 s of CPU, and seconds where that is short: what waits takes the first child
 * that is free, and a spare one is there for what is urgent.
 */
export class TaskPool {
  /** Last in, first out: at low load one warm child does everything. */
  readonly #idle: TaskProcess[] = [];
  readonly #busy = new Set<TaskProcess>();
  /** Children that are starting or ending. */
  readonly #between = new Set<Promise<unknown>>();
  /** Tasks without a child, the urgent ones first. */
  readonly #waiting: Waiting[] = [];
  #starting = 0;
  readonly #stop = new AbortController();

  constructor(
    private readonly module: string,
    private readonly settings: unknown,
    private readonly limits: TaskLimits = TASK_LIMITS,
  ) {}

  /** Process ids of all living children. */
  get pids(): readonly number[] {
    return [...this.#idle, ...this.#busy].flatMap(({ pid }) => pid ?? []);
  }

  /**
   * Starts the first child, so that a fault in its making stops the boot and not the first job. Spare ones follow.
   * @throws Error of {@link TaskProcess.open}
   */
  async start(): Promise<void> {
    this.#offer(await this.#open());
    this.#grow();
  }

  /**
   * Runs a task in the first child that is free, or has started. Errors as of {@link TaskProcess.run} and `open`.
   * @param isUrgent goes before the others, and may take the last idle child
   */
  async run(task: Task, isUrgent = false): Promise<unknown> {
    const child = await this.#childFor(isUrgent);
    try {
      return await child.run(task);
    } finally {
      this.#busy.delete(child);
      if (child.isUsable && !this.#closed) this.#offer(child);
      else this.#letGo(child);
      this.#grow();
    }
  }

  /** Ends idle children at once and busy ones with their task; kills those still busy after `drainMs`. */
  async close(drainMs: number): Promise<void> {
    this.#stop.abort();
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(STOPPING));
    for (const child of this.#idle.splice(0)) this.#letGo(child);
    const timer = setTimeout(() => {
      for (const child of this.#busy) child.kill(STOPPING);
    }, drainMs);
    while (this.#busy.size + this.#between.size > 0) {
      await Promise.allSettled([...this.#between, ...[...this.#busy].map((child) => child.exited)]);
    }
    clearTimeout(timer);
  }

  async #childFor(isUrgent: boolean): Promise<TaskProcess> {
    if (this.#closed) throw new Error(STOPPING);
    const idle = this.#takeIdle(isUrgent);
    if (idle) this.#busy.add(idle);
    const child = idle ?? this.#nextFree(isUrgent);
    this.#grow();
    return child;
  }

  /** The last idle one is not for what nobody waits for. */
  #takeIdle(isUrgent: boolean): TaskProcess | undefined {
    const usable = this.#idle.splice(0).filter((child) => child.isUsable);
    this.#idle.push(...usable);
    return isUrgent || usable.length > Math.min(1, this.#spares) ? this.#idle.pop() : undefined;
  }

  async #nextFree(isUrgent: boolean): Promise<TaskProcess> {
    return new Promise((resolve, reject) => {
      const before = isUrgent ? this.#waiting.findIndex((other) => !other.isUrgent) : -1;
      this.#waiting.splice(before === -1 ? this.#waiting.length : before, 0, { isUrgent, resolve, reject });
    });
  }

  /** A child has nothing to do: it takes what waits, or is kept. */
  #offer(child: TaskProcess): void {
    const waiting = this.#waiting.shift();
    if (!waiting) {
      this.#idle.push(child);
      return;
    }
    this.#busy.add(child);
    waiting.resolve(child);
  }

  /** Starts children for what waits, and spare ones. */
  #grow(spares = this.#spares): void {
    const missing = this.#waiting.length + Math.max(0, spares - this.#idle.length);
    while (!this.#closed && this.#starting < Math.min(missing, STARTS_AT_ONCE)) void this.#startOne();
  }

  async #startOne(): Promise<void> {
    this.#starting += 1;
    try {
      const child = await this.#open();
      this.#starting -= 1;
      this.#offer(child);
      this.#grow();
    } catch (error) {
      this.#starting -= 1;
      this.#waiting.shift()?.reject(error);
      this.#grow(0); // a spare one that cannot start is tried again with the next task
    }
  }

  get #closed(): boolean {
    return this.#stop.signal.aborted;
  }

  get #spares(): number {
    return this.limits.spares ?? 0;
  }

  async #open(): Promise<TaskProcess> {
    if (this.#closed) throw new Error(STOPPING);
    const child = await this.#track(TaskProcess.open(this.module, this.settings, this.limits, this.#stop.signal));
    if (!this.#closed) return child;
    this.#letGo(child);
    throw new Error(STOPPING);
  }

  #letGo(child: TaskProcess): void {
    void this.#track(child.stop(STOP_MS));
  }

  async #track<T>(step: Promise<T>): Promise<T> {
    this.#between.add(step);
    try {
      return await step;
    } finally {
      this.#between.delete(step);
    }
  }
}
