import { ERRORS, type ErrorCode } from './error-codes.js';

/** One field of a request that is not valid. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

interface AppErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterSeconds?: number;
  readonly errors?: readonly FieldProblem[];
}

/** An error of the catalogue, thrown inside and translated once at the edge. `detail` must be safe to show. */
export class AppError extends Error {
  readonly retryAfterSeconds: number | undefined;
  readonly errors: readonly FieldProblem[] | undefined;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string = ERRORS[code].title,
    options: AppErrorOptions = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.errors = options.errors;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}
