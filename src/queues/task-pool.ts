import type { Task } from './task-messages.js';
import { TaskProcess, type TaskLimits } from './task-process.js';

/** What the seed's Celery workers had: 240 s soft, 300 s hard, 1000 tasks a child. */
export const TASK_LIMITS: TaskLimits = { softMs: 240_000, hardMs: 300_000, tasksPerChild: 1000, startMs: 15_000 };

const STOP_MS = 2000;
const STOPPING = 'the worker is stopping';

/**
 * Runs tasks in child processes, because only a process can be stopped for certain: BullMQ has no time limit of a job,
 * and cannot end code that never returns to the event loop. Grows with its use; how much runs at once is the queues'
 * concurrency.
 */
export class TaskPool {
  /** Last in, first out: at low load one warm child does everything. */
  readonly #idle: TaskProcess[] = [];
  readonly #busy = new Set<TaskProcess>();
  /** Children that are starting or ending. */
  readonly #between = new Set<Promise<unknown>>();
  #closed = false;

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
   * Starts the first child, so that a fault in its making stops the boot and not the first job.
   * @throws Error of {@link TaskProcess.open}
   */
  async start(): Promise<void> {
    this.#idle.push(await this.#open());
  }

  /** Runs a task in an idle child, or in a new one. Errors as of {@link TaskProcess.run}. */
  async run(task: Task): Promise<unknown> {
    const child = this.#takeIdle() ?? (await this.#open());
    this.#busy.add(child);
    try {
      return await child.run(task);
    } finally {
      this.#busy.delete(child);
      if (child.isUsable && !this.#closed) this.#idle.push(child);
      else this.#letGo(child);
    }
  }

  /** Ends idle children at once and busy ones with their task; kills those still busy after `drainMs`. */
  async close(drainMs: number): Promise<void> {
    this.#closed = true;
    for (const child of this.#idle.splice(0)) this.#letGo(child);
    const timer = setTimeout(() => {
      for (const child of this.#busy) child.kill(STOPPING);
    }, drainMs);
    while (this.#busy.size + this.#between.size > 0) {
      await Promise.allSettled([...this.#between, ...[...this.#busy].map((child) => child.exited)]);
    }
    clearTimeout(timer);
  }

  #takeIdle(): TaskProcess | undefined {
    for (;;) {
      const child = this.#idle.pop();
      if (!child || child.isUsable) return child;
    }
  }

  async #open(): Promise<TaskProcess> {
    if (this.#closed) throw new Error(STOPPING);
    const child = await this.#track(TaskProcess.open(this.module, this.settings, this.limits));
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
