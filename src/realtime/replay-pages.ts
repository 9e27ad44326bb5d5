import type { LogEntry } from '../alerts/alert.js';
import { isConcerned, type Audience } from './audience.js';
import { EntryFrames } from './entry-frames.js';
import { PreFramed } from './pre-framed.js';
import type { RecentEntries } from './recent-entries.js';

/** Entries that are encoded together, from one multiple of this number to the next. */
const BLOCK = 512;
/** Bytes of encoded blocks kept for further sockets. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** Bytes of encoded entries, which the blocks of different audiences are made from. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** What a socket is sent at once. */
export interface ReplayPage {
  /** `seq` up to which a socket that has it is complete. */
  readonly through: number;
  /** Absent when nothing of it is for the audience. */
  readonly events?: PreFramed;
}

interface Block {
  readonly after: number;
  readonly last: LogEntry;
  readonly bytes: Buffer;
  /** Where the frame of each entry ends; one that is not for the audience has no bytes. */
  readonly ends: readonly number[];
}

/**
 * The recent entries as pages of frames. After an outage thousands of clients return with much the same cursor: what
 * they get is encoded once, and their writes share its memory.
 */
export class ReplayPages {
  readonly #kept = new Map<string, Block>();
  readonly #frames = new EntryFrames(MAX_FRAME_BYTES);
  #keptBytes = 0;

  constructor(private readonly recent: RecentEntries) {}

  /** The page after a covered `seq` that is not the last one: so many bytes, but at least one event. */
  after(audience: Audience, seq: number, maxBytes: number): ReplayPage {
    const { after, bytes, ends } = this.#block(audience, seq);
    const first = seq - after;
    const start = ends[first - 1] ?? 0;
    let count = first + 1;
    while (count < ends.length && ends[count]! - start <= maxBytes) count += 1;
    const end = ends[count - 1]!;
    const through = after + count;
    return end === start ? { through } : { through, events: new PreFramed(bytes.subarray(start, end)) };
  }

  #block(audience: Audience, seq: number): Block {
    const { recent } = this;
    const begin = Math.floor(seq / BLOCK) * BLOCK;
    const entries = recent.after(Math.max(begin, recent.floor), Math.min(begin + BLOCK, recent.position));
    const last = entries.at(-1)!;
    // Whoever has reported one of the alerts, or holds its receipt, is alone with what they get.
    const isAlone = audience.grants.receiptOf ?? entries.some(({ alert }) => isConcerned(audience, alert));
    if (isAlone) return this.#encode(audience, entries);
    const key = `${audience.group} ${begin}`;
    const known = this.#kept.get(key);
    // The log may have gone back: the same number is another entry then.
    if (known?.last === last && known.after <= seq) return known;
    const block = this.#encode(audience, entries);
    this.#keep(key, block);
    return block;
  }

  #encode(audience: Audience, entries: readonly LogEntry[]): Block {
    const frames: Buffer[] = [];
    const ends: number[] = [];
    let end = 0;
    for (const entry of entries) {
      const frame = this.#frames.for(audience, entry);
      if (frame) {
        frames.push(frame.bytes);
        end += frame.bytes.length;
      }
      ends.push(end);
    }
    return { after: entries[0]!.seq - 1, last: entries.at(-1)!, bytes: Buffer.concat(frames), ends };
  }

  #keep(key: string, block: Block): void {
    this.#drop(key);
    this.#kept.set(key, block);
    this.#keptBytes += block.bytes.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#keptBytes -= this.#kept.get(key)?.bytes.length ?? 0;
    this.#kept.delete(key);
  }
}
