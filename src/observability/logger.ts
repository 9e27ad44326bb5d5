import type { LoggerService } from '@nestjs/common';
import { pino, type Logger as PinoLogger, type LoggerOptions } from 'pino';
import { scrubRedisError } from '../redis/redis-error.js';

/** Fields that never reach a log line: secrets, and what a person in danger told us. */
const REDACTED = [
  'password',
  '*.password',
  'token',
  '*.token',
  'receiptToken',
  '*.receiptToken',
  'authorization',
  'headers.authorization',
  'req.headers.authorization',
  'headers.cookie',
  'connectionString',
  'location',
  '*.location',
  'message.contact',
  'contact',
  '*.contact',
  'phone',
  '*.phone',
];

/** JSON lines on standard output; errors without what ioredis and others add to them. */
export function createLogger(level: string, fields: Readonly<Record<string, unknown>>): PinoLogger {
  return pino({
    ...lines(level, fields),
    redact: { paths: REDACTED, censor: '[redacted]' },
    serializers: { err: serializeError },
  });
}

/** The lines of requests are written together, after so many bytes or milliseconds. */
const WRITE_BYTES = 4096;
const WRITE_MS = 100;
/** Lines that nobody takes are dropped beyond it. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * A logger beside `logger` for lines that come with every request and hold nothing to redact: looking for it, and a
 * write for each, costs more than the line.
 */
export function createRequestLogger(logger: PinoLogger): PinoLogger {
  const destination = pino.destination({
    dest: 1,
    sync: false,
    minLength: WRITE_BYTES,
    maxLength: MAX_WAITING_BYTES,
    periodicFlush: WRITE_MS,
  });
  // A full disk or a reader that is gone costs lines, never an alert.
  destination.on('error', () => undefined);
  return pino(lines(logger.level, { ...logger.bindings(), context: 'Http' }), destination);
}

function lines(level: string, base: Readonly<Record<string, unknown>>): LoggerOptions {
  return {
    level,
    base,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  scrubRedisError(error);
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return { name, message, stack, ...(code ? { code } : {}), ...(cause ? { cause: serializeError(cause) } : {}) };
}

/** Nest tells of every module and route that it wires; a hundred lines that say nothing at a start that works. */
const WIRING_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestFactory',
  'NestApplication',
]);

const STACK = /\n\s+at /;

/** Nest's logger interface over pino: `logger.error({ code }, 'text')` and `logger.error('text')` both work. */
export class NestLogger implements LoggerService {
  constructor(private readonly pinoLogger: PinoLogger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.#write(WIRING_CONTEXTS.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  /** Nest passes the context last, and the stack of an error before it; some of it passes the stack alone. */
  #write(level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal', message: unknown, rest: unknown[]): void {
    const last = rest.at(-1);
    const context = typeof last === 'string' && !STACK.test(last) ? last : undefined;
    const texts = (context === undefined ? rest : rest.slice(0, -1)).filter((part) => typeof part === 'string');
    const fields = message instanceof Error ? { err: message } : typeof message === 'object' ? message : {};
    const text = typeof message === 'string' ? message : message instanceof Error ? message.message : texts.shift();
    const stack = texts.length > 0 ? { stack: texts.join('\n') } : {};
    this.pinoLogger[level]({ ...fields, ...(context === undefined ? {} : { context }), ...stack }, text as string);
  }
}
