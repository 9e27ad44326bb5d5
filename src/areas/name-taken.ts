import { AppError } from '../errors/app-error.js';

const UNIQUE_VIOLATION = '23505';

/** The outcome of `work`; a name that exists is NAME_TAKEN instead of what Postgres calls it. */
export async function unlessTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code } = (error ?? {}) as { code?: string };
    throw code === UNIQUE_VIOLATION ? new AppError('NAME_TAKEN', undefined, { cause: error }) : error;
  }
}
