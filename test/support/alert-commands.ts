import type { Actor, Places, Press } from '../../src/alerts/alert.js';
import type { AlertCommand, LifecycleCommand, RaiseCommand, UpdateCommand } from '../../src/alerts/decide.js';
import { MemoryLog } from './memory-log.js';

export const ID = '00000000-0000-7000-8000-000000000001';
export const SECOND = '00000000-0000-7000-8000-000000000002';
export const PHONE = 'phone:+27820000001';
export const SIPHO: Actor = { kind: 'responder', id: 'sipho', name: 'Sipho' };
export const LERATO: Actor = { kind: 'dispatcher', id: 'lerato', name: 'Lerato' };
export const HILL: Places = { areas: ['hill', 'ridge'], organisations: ['town'] };
export const RIVER: Places = { areas: ['river', 'ridge'], organisations: ['county'] };

let n = 0;
const time = () => new Date(Date.parse('2026-01-01T00:00:00.000Z') + (n += 1) * 1000).toISOString();

export function press(said: Partial<Press> = {}, command: Partial<RaiseCommand> = {}): RaiseCommand {
  const facts = { test: false, verified: true, ...said };
  // A further press brings an id of its own, which it needs where it does not fold.
  const newId = (command.receiptOf ?? command.weakReceiptOf) ? SECOND : ID;
  return { type: 'raise', newId, at: time(), actor: { kind: 'reporter' }, press: facts, ...command };
}

export type Plain = 'acknowledge' | 'resolve' | 'reopen' | 'cancel';
export const step = (type: Plain, actor: Actor, more: object = {}) =>
  ({ type, alertId: ID, at: time(), actor, ...more }) as LifecycleCommand;
export const respond = (
  actor: Actor,
  status: 'en_route' | 'on_scene' | 'stood_down',
  etaAt?: string,
): LifecycleCommand => ({
  type: 'respond',
  alertId: ID,
  at: time(),
  actor,
  status,
  ...(etaAt ? { etaAt } : {}),
});
export const update = (facts: UpdateCommand['facts'], proven = true): UpdateCommand => ({
  type: 'update',
  alertId: ID,
  at: time(),
  actor: { kind: 'reporter' },
  facts,
  proven,
});

export function logOf(...commands: AlertCommand[]): MemoryLog {
  const log = new MemoryLog();
  for (const command of commands) log.run([command]);
  return log;
}
export const alertOf = (log: MemoryLog, id = ID) => log.alerts.get(id)!;
export const last = (log: MemoryLog) => log.entries.at(-1)!;
