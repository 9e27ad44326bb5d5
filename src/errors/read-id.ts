import { z } from 'zod';
import { AppError } from './app-error.js';
import type { ErrorCode } from './error-codes.js';

const idSchema = z.uuid();

/**
 * An id of an address, as it is stored. One that nothing can have is answered like one that nothing has.
 * @throws AppError with `code`
 */
export function readId(id: string, code: ErrorCode = 'NOT_FOUND'): string {
  const parsed = idSchema.safeParse(id);
  if (!parsed.success) throw new AppError(code);
  return parsed.data.toLowerCase();
}
