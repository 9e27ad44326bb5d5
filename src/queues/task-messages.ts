import type { JobContext } from './job-handler.js';

/** One run of a job, as it crosses to a child process. */
export interface Task {
  readonly job: string;
  readonly payload: unknown;
  readonly context: JobContext;
}

/** What a worker tells its child process. */
export type ToChild =
  | { readonly kind: 'open'; readonly settings: unknown }
  | { readonly kind: 'run'; readonly task: Task }
  | { readonly kind: 'abort'; readonly reason: string }
  | { readonly kind: 'stop' };

/** What a child process tells its worker. It runs one task at a time, so answers need no number. */
export type FromChild =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly reason: string };
