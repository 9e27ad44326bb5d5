import { hash } from 'node:crypto';
import type { PinDigests } from './cancel-pins.js';
import type { PromisedAlert, RaiseCommand } from './decide.js';

/** A press as Redis keeps it until Postgres is back. */
export interface PendingPress {
  /** Its id in the stream, in the order in which the presses were taken. */
  readonly id: string;
  readonly command: PromisedCommand;
  /** The PINs that came with it, as they are stored. */
  readonly pins?: PinDigests;
}

export type PromisedCommand = RaiseCommand & { readonly promised: PromisedAlert };

/** The same of which Redis has not said yet where it stands in the stream. */
export type NewPendingPress = Omit<PendingPress, 'id'>;

/** The fields of a press in the stream. */
export function pendingFields({ command, pins }: NewPendingPress): string[] {
  return ['press', JSON.stringify({ command, pins })];
}

/** Reads an entry of the stream; undefined for what is no press of ours. */
export function readPending(id: string, fields: readonly string[]): PendingPress | undefined {
  try {
    const { command, pins } = JSON.parse(fields[fields.indexOf('press') + 1] ?? '') as NewPendingPress;
    if (command?.type !== 'raise' || !command.promised?.id || !command.press) return undefined;
    return { id, command, ...(pins ? { pins } : {}) };
  } catch {
    return undefined;
  }
}

/** What a press is known by, beside its own id; each leads to the same alert. */
export interface PressNames {
  readonly key?: string;
  readonly receipt?: string;
  readonly reporter?: string;
}

/**
 * The names that a press may find its alert by. A test and a real alert never meet; and who is signed in is never drawn
 * into what somebody else raised with their number.
 */
export function namesOf({ key, receiptOf, weakReceiptOf, reporter, press }: RaiseCommand): PressNames {
  const receipted = receiptOf ?? weakReceiptOf;
  const person = press.reporterId === undefined ? reporter : `user:${press.reporterId}`;
  return {
    ...(key ? { key: `key:${key.digest}` } : {}),
    ...(receipted ? { receipt: nameOfAlert(receipted, press.test) } : {}),
    ...(person ? { reporter: `${press.test ? 'test' : 'real'}:${person}` } : {}),
  };
}

/** The name of whoever holds a receipt of the alert. */
export function nameOfAlert(id: string, test: boolean): string {
  return `alert:${test ? 'test' : 'real'}:${id}`;
}

/** A press without a key gets one of its own: it may come out of the stream twice. */
export function withOwnKey(command: RaiseCommand): RaiseCommand {
  if (command.key) return command;
  const digest = hash('sha256', `pending\n${command.newId}`);
  return { ...command, key: { digest, fingerprint: digest } };
}
