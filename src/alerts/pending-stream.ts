import { v7 as uuidv7 } from 'uuid';
import { AppendOnlyFile, readDurable } from '../redis/append-only-file.js';
import { keys } from '../redis/redis.keys.js';
import type { RoleClient } from '../redis/role-client.js';
import { readServerInfo } from '../redis/server-info.js';
import type { PinDigests } from './cancel-pins.js';
import type { RaiseCommand } from './decide.js';
import { FOLD_WINDOW_MS } from './decide-raise.js';
import {
  nameOfAlert,
  namesOf,
  pendingFields,
  readPending,
  withOwnKey,
  type PendingPress,
  type PromisedCommand,
} from './pending-press.js';

/** A retry may come as late as this and finds the id that it was promised, seconds. */
const KEY_SECONDS = 24 * 60 * 60;
const FOLD_SECONDS = FOLD_WINDOW_MS / 1000;

type Replies = [error: Error | null, reply: unknown][];

/** An entry of the stream, and the press that it is; none for what somebody else put there. */
export interface PendingEntry {
  readonly id: string;
  readonly fields: string[];
  readonly press?: PendingPress;
}

/**
 * The presses that Redis takes while Postgres is away: the stream `emergency:pending`, as realtime_user. Beside it stands
 * for a while which id a press was promised, so that its retry, on any node, is promised the same.
 */
export class PendingStream {
  readonly #file: AppendOnlyFile;

  /**
   * @param commands to the server that has the stream
   * @param isOver whether an alert takes no further press: then whoever calls again needs one of their own
   */
  constructor(
    private readonly commands: RoleClient,
    private readonly isOver: (alertId: string) => boolean = () => false,
  ) {
    this.#file = new AppendOnlyFile(commands);
  }

  /**
   * Takes a press. Resolves when it is in the append-only file of Redis, and not in its memory alone.
   * @param digestsOf the PINs that came with the press, for the alert of this id
   * @throws NotDurable; what ioredis throws when it is not known to be taken: the caller may repeat it with its key
   */
  async take(command: RaiseCommand, digestsOf: (alertId: string) => PinDigests | undefined): Promise<PendingPress> {
    const names = namesOf(command);
    const known = await this.#claim(names, command.newId);
    const first = known === undefined;
    const id = known ?? command.newId;
    // A new alert needs another id than the promised one, should that be over when the press is stored.
    const newId = uuidv7({ msecs: Date.parse(command.at) });
    const promised = { ...withOwnKey(command), newId, promised: { id, first } } satisfies PromisedCommand;
    const pins = digestsOf(id);
    const press = { command: promised, ...(pins ? { pins } : {}) };
    const pipeline = this.commands.pipeline();
    if (names.key) pipeline.set(keys.promise(names.key), id, 'EX', KEY_SECONDS);
    const folding = [names.reporter, names.receipt, nameOfAlert(id, command.press.test)];
    for (const name of folding) if (name) pipeline.set(keys.promise(name), id, 'EX', FOLD_SECONDS);
    // After the others: when it is added, they stand.
    pipeline.xadd(keys.pending(), '*', ...pendingFields(press));
    pipeline.info('persistence');
    const [entryId, info] = throwFirst(await pipeline.exec()).slice(-2);
    await this.#file.written(readServerInfo(String(info)));
    return { ...press, id: String(entryId) };
  }

  /** The oldest entries, at most `count`; with `after`, those that came after that one. */
  async oldest(count: number, after?: string): Promise<PendingEntry[]> {
    const start = after === undefined ? '-' : `(${after}`;
    return readEntries(await this.commands.xrange(keys.pending(), start, '+', 'COUNT', count));
  }

  /** How many presses wait, and how many entries were set aside. */
  async counts(): Promise<{ readonly pending: number; readonly refused: number }> {
    const { commands } = this;
    const [pending, refused] = await Promise.all([commands.xlen(keys.pending()), commands.xlen(keys.refusedPending())]);
    return { pending, refused };
  }

  /** Forgets what is stored in Postgres. */
  async delete(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.commands.xdel(keys.pending(), ...ids);
  }

  /** Puts aside what cannot be stored, so that it holds up nothing and is not lost. */
  async setAside({ id, fields }: PendingEntry): Promise<void> {
    await this.commands.xadd(keys.refusedPending(), '*', ...fields);
    await this.delete([id]);
  }

  /** Rejects where a press would not be kept: NotDurable, or as ioredis does. */
  async check(): Promise<void> {
    await this.#file.check();
  }

  /** The id that one of the names was promised; undefined when `newId` is promised now. */
  async #claim({ key, receipt, reporter }: ReturnType<typeof namesOf>, newId: string): Promise<string | undefined> {
    const pipeline = this.commands.pipeline();
    pipeline.info('persistence');
    if (key) pipeline.set(keys.promise(key), newId, 'EX', KEY_SECONDS, 'NX', 'GET');
    if (receipt) pipeline.get(keys.promise(receipt));
    if (reporter) pipeline.set(keys.promise(reporter), newId, 'EX', FOLD_SECONDS, 'NX', 'GET');
    const [info, ...promised] = throwFirst(await pipeline.exec());
    readDurable(String(info));
    // A retry is told what it was told before, also of an alert that is over.
    const retried = key ? promised.shift() : undefined;
    if (typeof retried === 'string') return retried;
    return promised.find((id): id is string => typeof id === 'string' && !this.isOver(id));
  }
}

/** Reads entries as Redis gives them. */
export function readEntries(entries: readonly [id: string, fields: string[]][]): PendingEntry[] {
  return entries.map(([id, fields]) => {
    const press = readPending(id, fields);
    return { id, fields, ...(press ? { press } : {}) };
  });
}

function throwFirst(replies: Replies | null): unknown[] {
  for (const [error] of replies ?? []) if (error) throw error;
  return (replies ?? []).map(([, reply]) => reply);
}
