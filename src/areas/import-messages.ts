import type { AppError } from '../errors/app-error.js';
import type { ReadFeature } from './read-import.js';

/** What the thread that reads an import is given. */
export interface ImportTask {
  readonly text: string;
  readonly countryCode: string;
  /** How far one area may extend. */
  readonly maxKm: number;
}

/** What it answers: the features, or why there are none. */
export type ImportOutcome =
  | { readonly features: readonly ReadFeature[] }
  | { readonly refused: Pick<AppError, 'code' | 'detail'> };
