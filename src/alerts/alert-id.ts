import { z } from 'zod';
import { AppError } from '../errors/app-error.js';

const alertIdSchema = z.uuid();

/**
 * An id as it stands in the log. One that no alert can have is answered like one that no alert has.
 * @throws AppError ALERT_NOT_FOUND
 */
export function readAlertId(id: string): string {
  const parsed = alertIdSchema.safeParse(id);
  if (!parsed.success) throw new AppError('ALERT_NOT_FOUND');
  return parsed.data.toLowerCase();
}
