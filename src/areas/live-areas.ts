import type { AlertLocation, Places } from '../alerts/alert.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { Logger } from '../observability/nest-log.js';
import { pause } from '../pause.js';
import { AreaIndex } from './area-index.js';
import type { AreaRecords } from './area-records.js';
import { placesOf, type Resident } from './places-of.js';

const RETRY_MS = 1000;
/** Longest time that the start waits for the areas; an alert that comes before them belongs nowhere yet. */
const START_MS = 2000;

export interface LiveAreasParts {
  readonly records: AreaRecords;
  readonly changes: DirectoryChanges;
  readonly nearestKm: number;
}

/** The areas in the memory of this process: read at the start, and again whenever they change anywhere. */
export class LiveAreas {
  #index = new AreaIndex([]);
  #wanted = false;
  #reading: Promise<void> | undefined;
  readonly #stop = new AbortController();
  readonly #logger = new Logger('LiveAreas');

  constructor(private readonly parts: LiveAreasParts) {}

  /** Resolves when the areas are there, or can not be read for now: it goes on trying. */
  async start(): Promise<void> {
    this.parts.changes.onChange(({ userId, sessionId }) => {
      if (userId === undefined && sessionId === undefined) this.read();
    });
    this.read();
    await Promise.race([this.#reading, pause(START_MS, this.#stop.signal)]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  /** Where an alert belongs. Never throws and waits for nothing; while no areas were read yet, nowhere. */
  of(location: AlertLocation | null | undefined, person?: Resident): Places {
    return placesOf(this.#index, this.parts.nearestKm, location, person);
  }

  /** Whose area this is, as far as this process knows. */
  organisationOf(areaId: string): string | undefined {
    return this.#index.known([areaId])[0]?.organisationId;
  }

  /** Reads the areas anew, once more if that is asked for meanwhile. */
  read(): void {
    this.#wanted = true;
    this.#reading ??= this.#run(this.#stop.signal);
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failing = false;
    while (this.#wanted && !signal.aborted) {
      this.#wanted = false;
      try {
        const { areas, catchAll } = await this.parts.records.all();
        this.#index = new AreaIndex(areas, catchAll);
        if (failing) this.#logger.log('the areas are read again');
        failing = false;
      } catch (error) {
        if (!failing) this.#logger.warn({ err: error }, 'the areas cannot be read; alerts go by those of before');
        failing = true;
        this.#wanted = true;
        await pause(RETRY_MS, signal);
      }
    }
    // In the same turn as the last look at what is wanted: a change in between would be read by nobody.
    this.#reading = undefined;
  }
}
