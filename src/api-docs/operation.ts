import type { z } from 'zod';
import type { ErrorCode } from '../errors/error-codes.js';

/** By what one may ask: nothing at all, or one of the tokens that we give out. */
export type Access = 'anyone' | 'receipt' | 'session' | 'apiKey' | 'operator' | 'gateway';

/**
 * A request as somebody would send it; a test sends every one to a running node. `{{raiseAlert.id}}` stands for the
 * field `id` of the answer to the first example of the operation `raiseAlert`, `{{operatorKey}}` for the operator key
 * and `{{random}}` for a word that nobody used before.
 */
export interface Example {
  readonly name: string;
  /** What other examples call its answer, where it is not the first of its operation. */
  readonly as?: string;
  /** Operations that must have happened although nothing of their answers is used. */
  readonly after?: readonly string[];
  /** It ends or changes something that other examples use: it gets people and things of its own. */
  readonly alone?: boolean;
  /** Token for `Authorization: Bearer`. */
  readonly bearer?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as an HTML form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Sent as it is, with its media type. */
  readonly text?: { readonly type: string; readonly content: string };
  readonly status: number;
  /** Which problem the answer is. */
  readonly code?: ErrorCode;
}

/** What a request is answered with when it succeeds. */
export interface Answer {
  readonly about: string;
  readonly json?: z.ZodType;
  /** Media types that it comes in beside JSON. */
  readonly types?: readonly string[];
}

/** One route: what it is for, who may ask, what it takes and what it answers. */
export interface Operation {
  /** Its name in generated clients and in examples. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As the router has it, such as `/api/v1/emergency/alerts/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly about?: string;
  readonly who: readonly Access[];
  /** Which of them, where a role decides, such as `dispatchers of the organisation`. */
  readonly whom?: string;
  /** What each parameter of the path is. */
  readonly params?: Readonly<Record<string, string>>;
  /** What each header is for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  /** Schemas by media type. */
  readonly body?: Readonly<Record<string, z.ZodType>>;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Beside those that come with who may ask and with a body. */
  readonly errors: readonly ErrorCode[];
  /** The answer to its first example is shared by all others that use it, such as a login. */
  readonly once?: boolean;
  readonly examples: readonly [Example, ...Example[]];
}

/** The routes of one noun. */
export interface OperationGroup {
  readonly name: string;
  readonly about: string;
  readonly operations: readonly Operation[];
}
