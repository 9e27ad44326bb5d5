import type { LogEntry } from '../alerts/alert.js';
import type { Audience } from './audience.js';
import { frameOf } from './pre-framed.js';
import { messageAs, tellingOf, type Telling } from './telling.js';

/** An entry as it goes out, and how it is told by that. */
export interface TellingFrame {
  readonly telling: Telling;
  readonly bytes: Buffer;
}

type KnownFrames = Partial<Record<Telling, TellingFrame>>;

/** Entries as frames: each is encoded once for each way of telling it, for however many audiences. */
export class EntryFrames {
  #known = new WeakMap<LogEntry, KnownFrames>();
  #bytes = 0;

  /** @param maxBytes with more than that known, all are forgotten */
  constructor(private readonly maxBytes = Infinity) {}

  /** What an audience gets of an entry; undefined when the entry is not for it. */
  for(audience: Audience, entry: LogEntry): TellingFrame | undefined {
    const telling = tellingOf(audience, entry);
    if (!telling) return undefined;
    const known = this.#known.get(entry) ?? {};
    return known[telling] ?? this.#encode(entry, telling, known);
  }

  #encode(entry: LogEntry, telling: Telling, known: KnownFrames): TellingFrame | undefined {
    const message = messageAs(telling, entry);
    if (!message) return undefined;
    const frame = { telling, bytes: frameOf('alert', message) };
    if (this.#bytes > this.maxBytes) {
      this.#known = new WeakMap();
      this.#bytes = 0;
    }
    this.#known.set(entry, { ...known, [telling]: frame });
    this.#bytes += frame.bytes.length;
    return frame;
  }
}
