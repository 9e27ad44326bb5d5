import { AppError } from '../errors/app-error.js';
import type { Alert, Progress } from './alert.js';

/** The answer to whoever was slower: what state the alert is in, since when and by whom. */
export function stateError({ status, closing, updatedAt }: Alert): AppError {
  const by = closing?.by.name ? `${closing.by.kind} ${closing.by.name}` : closing?.by.kind;
  return new AppError(
    'ALERT_STATE',
    `The alert is ${status} since ${closing?.at ?? updatedAt}${by ? ` by ${by}` : ''}`,
  );
}

/** The same for somebody who must not know who answered. */
export function stateErrorUnnamed({ status, updatedAt }: Pick<Progress, 'status' | 'updatedAt'>): AppError {
  return new AppError('ALERT_STATE', `The alert is ${status} since ${updatedAt}`);
}

/** The answer to a step that needs the log, of an alert that is not in it yet. */
export function provisionalError(): AppError {
  const detail = 'The alert is taken and shown; it can be answered as soon as the record is back';
  return new AppError('ALERT_PROVISIONAL', detail, { retryAfterSeconds: 2 });
}
