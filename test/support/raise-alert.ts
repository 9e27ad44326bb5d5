import { v7 as uuidv7 } from 'uuid';
import type { AlertLog } from '../../src/alerts/alert-log.js';

/** Raises an alert straight in the log, at `at`; its id. A test: nothing follows from it but that it is told. */
export async function raiseAlert(log: AlertLog, at = new Date()): Promise<string> {
  const newId = uuidv7();
  await log.append({
    type: 'raise',
    newId,
    at: at.toISOString(),
    actor: { kind: 'reporter' },
    press: { severity: 'high', message: 'planted message', test: true, verified: true },
  });
  return newId;
}
