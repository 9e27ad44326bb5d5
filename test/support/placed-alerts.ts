import { v7 as uuidv7 } from 'uuid';
import { AlertLog } from '../../src/alerts/alert-log.js';
import type { Alert, Places, Press } from '../../src/alerts/alert.js';
import type { AlertCommand } from '../../src/alerts/decide.js';
import type { RealtimeNode } from './realtime-node.js';

/** Commits on a node; the alert afterwards. */
export async function commit(node: RealtimeNode, command: AlertCommand): Promise<Alert> {
  const outcome = await node.app.get(AlertLog).append(command);
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome.alert;
}

const reporterActor = { kind: 'reporter' } as const;

/** Raises an alert where a test wants it. */
export function raiseAt(node: RealtimeNode, press: Partial<Press>): Promise<Alert> {
  const at = new Date().toISOString();
  const whole = { severity: 'high', test: false, verified: true, ...press } as const;
  return commit(node, { type: 'raise', newId: uuidv7(), at, actor: reporterActor, press: whole });
}

/** Moves it, as a late location would. */
export function move(node: RealtimeNode, alertId: string, places: Places, step: number): Promise<Alert> {
  const facts = { location: { lat: step, lng: step }, places };
  const at = new Date().toISOString();
  return commit(node, { type: 'update', alertId, at, actor: reporterActor, facts, proven: true });
}

/** Its reporter presses again. */
export function repeat(node: RealtimeNode, { id }: Alert, press: Partial<Press> = {}): Promise<Alert> {
  const at = new Date().toISOString();
  const whole = { test: false, verified: true, ...press };
  return commit(node, { type: 'raise', newId: uuidv7(), at, actor: reporterActor, press: whole, receiptOf: id });
}

/** Its reporter cancels, under duress or not. */
export function cancelAsReporter(node: RealtimeNode, { id: alertId }: Alert, isForced: boolean): Promise<Alert> {
  const at = new Date().toISOString();
  return commit(node, { type: 'cancel', alertId, at, actor: reporterActor, byReporter: true, duress: isForced });
}
