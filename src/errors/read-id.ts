import { z } from 'zod';
import { AppError } from './app-error.js';

const idSchema = z.uuid();

/**
 * An id of an address. One that nothing can have is answered like one that nothing has.
 * @throws AppError NOT_FOUND
 */
export function readId(id: string): string {
  const parsed = idSchema.safeParse(id);
  if (!parsed.success) throw new AppError('NOT_FOUND');
  return parsed.data.toLowerCase();
}
