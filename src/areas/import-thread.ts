import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '../errors/app-error.js';
import type { ImportOutcome, ImportTask } from './import-messages.js';
import { readImport } from './read-import.js';

// The thread of one import: it may be stopped in the middle of whatever a file makes it do.
parentPort?.postMessage(outcomeOf(workerData as ImportTask));

function outcomeOf({ text, countryCode, maxKm }: ImportTask): ImportOutcome {
  try {
    return { features: readImport(text, countryCode, maxKm) };
  } catch (error) {
    if (error instanceof AppError) return { refused: { code: error.code, detail: error.detail } };
    throw error;
  }
}
