import { HttpException } from '@nestjs/common';
import { AppError, type FieldProblem } from './app-error.js';
import { ERRORS, type ErrorCode } from './error-codes.js';

/** RFC 9457 problem, the same on HTTP and in the callback of a socket event. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly help: string;
  /** The request's id, as in the log and in the `x-request-id` header. */
  readonly instance?: string;
  readonly errors?: readonly FieldProblem[];
  /** Seconds until another try makes sense. */
  readonly retryAfter?: number;
}

/** The problem that a client may see of an error; what is not in the catalogue becomes INTERNAL_ERROR. */
export function toProblem(error: unknown, requestId?: string): Problem {
  const known = toAppError(error);
  const { status, title, help } = ERRORS[known.code];
  return {
    type: `urn:naboom:problem:${known.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code: known.code,
    detail: known.detail,
    help,
    ...(requestId ? { instance: `urn:request:${requestId}` } : {}),
    ...(known.errors ? { errors: known.errors } : {}),
    ...(known.retryAfterSeconds ? { retryAfter: known.retryAfterSeconds } : {}),
  };
}

/** Translates what frameworks and drivers throw into our catalogue. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = codeOf(error);
  if (code) return new AppError(code, ERRORS[code].title, { cause: error });
  return new AppError('INTERNAL_ERROR', undefined, { cause: error });
}

function codeOf(error: unknown): ErrorCode | undefined {
  const status = statusOf(error);
  if (status === 404) return 'ROUTE_NOT_FOUND';
  if (status === 413) return 'BODY_TOO_LARGE';
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 400 || status === 415) return 'BODY_UNREADABLE';
  return undefined;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
