import { setTimeout as delay } from 'node:timers/promises';
import type { RoleClient } from './role-client.js';
import {
  appendOnlyProblem,
  appendOnlySizes,
  readServerInfo,
  type AppendOnlySizes,
  type ServerInfo,
} from './server-info.js';

/** Redis writes its file before each pause of its event loop; while the disk is busy it may put that off for 2 s. */
const WRITTEN_MS = 2500;
const LOOK_MS = 10;

/** What Redis cannot keep as it should: its server keeps no append-only file, or cannot write it. */
export class NotDurable extends Error {}

/** A write that is to be in the file, as one who waits for it knows the file. */
interface Waiting {
  /** The size of the file at which the write is in it, bytes. */
  needed: number;
  size: number;
  base: number;
  readonly until: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Tells when a write is in the append-only file of a server. However many wait, the server is asked once for all. */
export class AppendOnlyFile {
  readonly #waiting = new Set<Waiting>();
  #isLooking = false;

  constructor(private readonly commands: Pick<RoleClient, 'info'>) {}

  /** @throws NotDurable where the server would not keep a write; what ioredis throws when it does not answer */
  async check(): Promise<ServerInfo> {
    return readDurable(String(await this.commands.info('persistence')));
  }

  /**
   * Resolves when what stood in the buffer of the file is in the file. With `appendfsync everysec` Redis answers before
   * that: while it waits for the disk it keeps up to two seconds of confirmed writes in its memory.
   * @param then what INFO said after the write
   * @throws as {@link check}, and NotDurable when it is not in the file within 2.5 s
   */
  written(then: ServerInfo): Promise<void> {
    const { size, base, buffered } = appendOnlySizes(then);
    const until = performance.now() + WRITTEN_MS;
    return new Promise((resolve, reject) => {
      this.#waiting.add({ needed: size + buffered, size, base, until, resolve, reject });
      if (!this.#isLooking) void this.#look();
    });
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiting.size > 0) {
      // Who comes while the answer is under way knows a later file than it tells of.
      const asking = [...this.#waiting];
      try {
        const sizes = appendOnlySizes(await this.check());
        for (const write of asking) if (isWritten(write, sizes)) this.#end(write);
      } catch (error) {
        for (const write of asking) this.#end(write, error);
      }
      const left = asking.filter((write) => this.#waiting.has(write));
      for (const write of left) {
        if (performance.now() > write.until) {
          this.#end(write, new NotDurable('the Redis server did not write its append-only file in time'));
        }
      }
      if (left.length > 0) await delay(LOOK_MS);
    }
    this.#isLooking = false;
  }

  #end(write: Waiting, error?: unknown): void {
    this.#waiting.delete(write);
    if (error === undefined) write.resolve();
    else write.reject(error);
  }
}

/** The server's answer about its append-only file. @throws NotDurable where it would not keep a write */
export function readDurable(text: string): ServerInfo {
  const info = readServerInfo(text);
  const problem = appendOnlyProblem(info);
  if (problem) throw new NotDurable(problem);
  return info;
}

function isWritten(write: Waiting, { size, base, buffered }: AppendOnlySizes): boolean {
  if (base !== write.base || size < write.size) {
    // It was rewritten: sizes of before say nothing, and what was pressed meanwhile may still stand in the buffer.
    Object.assign(write, { needed: size + buffered, base });
  }
  write.size = size;
  return size >= write.needed;
}
