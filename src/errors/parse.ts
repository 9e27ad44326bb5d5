import type { z } from 'zod';
import { AppError } from './app-error.js';

/**
 * Validates what came from outside.
 * @throws AppError REQUEST_INVALID with every field that is not valid
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  throw new AppError('REQUEST_INVALID', 'Some fields are not valid', { errors });
}
