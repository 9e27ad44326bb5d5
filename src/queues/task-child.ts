import { Worker } from 'node:worker_threads';
import { handlersByJob, type JobHandler } from './job-handler.js';
import type { FromChild, Task, ToChild } from './task-messages.js';

const PARENT_CHECK_MS = 1000;

/** What a child process holds while it lives. */
export interface OpenedJobs {
  readonly handlers: readonly JobHandler[];
  /** Closes the connections that the handlers use. */
  close(): Promise<void>;
}

/**
 * Serves tasks in a process forked by a TaskPool, until it is told to stop or the parent is gone.
 * `open` gets the settings over IPC: neither arguments nor environment of this process hold any.
 */
export function serveTasks<S>(open: (settings: S) => OpenedJobs | Promise<OpenedJobs>): void {
  const child = new TaskChild(open as Open);
  // Ctrl-C and a closed terminal reach the whole process group; the parent decides when its children stop.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', (message) => void child.take(message as ToChild));
  // Also when the parent was killed: no child may stay behind, whatever it is doing.
  process.on('disconnect', () => process.exit());
  watchParent();
}

/** A job that never returns to the event loop would not hear of the parent's death: a thread of its own looks. */
function watchParent(): void {
  const watch = `
    setInterval(() => process.ppid !== ${process.ppid} && process.kill(process.pid, 'SIGKILL'), ${PARENT_CHECK_MS});`;
  new Worker(watch, { eval: true }).unref();
}

type Open = (settings: unknown) => OpenedJobs | Promise<OpenedJobs>;

class TaskChild {
  #jobs: OpenedJobs | undefined;
  #handlers: ReadonlyMap<string, JobHandler> = new Map();
  #current: AbortController | undefined;

  constructor(private readonly open: Open) {}

  async take(message: ToChild): Promise<void> {
    switch (message.kind) {
      case 'open':
        return tell(await this.#open(message.settings));
      case 'run':
        return tell(await this.#run(message.task));
      case 'abort':
        this.#current?.abort(new Error(message.reason));
        return;
      case 'stop':
        await this.#jobs?.close().catch(() => undefined);
        process.disconnect();
        return;
    }
  }

  async #open(settings: unknown): Promise<FromChild> {
    try {
      this.#jobs = await this.open(settings);
      this.#handlers = handlersByJob(this.#jobs.handlers);
      return { kind: 'opened' };
    } catch (error) {
      return { kind: 'refused', reason: reasonOf(error) };
    }
  }

  async #run({ job, payload, context }: Task): Promise<FromChild> {
    const handler = this.#handlers.get(job);
    if (!handler) return { kind: 'failed', reason: `No handler for: ${job}` };
    const controller = new AbortController();
    this.#current = controller;
    try {
      return { kind: 'done', result: await handler.run(payload as never, controller.signal, context) };
    } catch (error) {
      return { kind: 'failed', reason: reasonOf(error) };
    } finally {
      this.#current = undefined;
    }
  }
}

function tell(message: FromChild): void {
  if (process.connected) process.send?.(message);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
