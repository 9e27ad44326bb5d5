import type { AlertReader, Snapshot } from '../alerts/alert-reader.js';
import { isConcerned, markOf, type Audience } from './audience.js';
import { PreFramed } from './pre-framed.js';
import type { RecentEntries } from './recent-entries.js';
import { partsOf } from './snapshot-parts.js';
import type { SnapshotMessage } from './socket-events.js';
import { viewFor } from './telling.js';

/** How long a snapshot serves further sockets while no event follows it, ms. */
const KEEP_MS = 1000;

/** A snapshot as it goes out: true at `seq`, in parts. */
export interface FramedSnapshot {
  readonly seq: number;
  readonly parts: readonly PreFramed[];
}

/** Snapshots for new sockets. Those who ask at about the same time share what is read, and each message of it. */
export class Snapshots {
  #reading: Promise<Snapshot> | undefined;
  #latest: { readonly snapshot: Snapshot; readonly readAt: number } | undefined;
  /** By what it was made from and for whom. */
  readonly #framed = new WeakMap<Snapshot, Map<string, FramedSnapshot>>();

  constructor(
    private readonly reader: Pick<AlertReader, 'openAlerts' | 'byId'>,
    private readonly recent: RecentEntries,
  ) {}

  /** Rejects when the alerts cannot be read. */
  async for(audience: Audience): Promise<FramedSnapshot> {
    const { receiptOf } = audience.grants;
    if (receiptOf !== undefined) return framed(audience, await this.#readOwn(receiptOf));
    const snapshot = this.#current() ?? (await this.#readOpen());
    if (snapshot.alerts.some((alert) => isConcerned(audience, alert))) return framed(audience, snapshot);
    const known = this.#framed.get(snapshot) ?? new Map<string, FramedSnapshot>();
    this.#framed.set(snapshot, known);
    const parts = known.get(audience.group) ?? framed(audience, snapshot);
    known.set(audience.group, parts);
    return parts;
  }

  /** The last snapshot, as long as reading would give the same. */
  #current(): Snapshot | undefined {
    const { snapshot, readAt } = this.#latest ?? { readAt: 0 };
    return snapshot?.seq === this.recent.position && performance.now() - readAt < KEEP_MS ? snapshot : undefined;
  }

  async #readOpen(): Promise<Snapshot> {
    this.#reading ??= this.reader.openAlerts().finally(() => (this.#reading = undefined));
    const snapshot = await this.#reading;
    this.#latest = { snapshot, readAt: performance.now() };
    return snapshot;
  }

  async #readOwn(alertId: string): Promise<Snapshot> {
    // Before it is read: what comes meanwhile is sent after it, and dropped by the client when it is in it.
    const now = this.recent.position;
    const alert = await this.reader.byId(alertId);
    return { seq: Math.max(now, alert?.seq ?? 0), alerts: alert ? [alert] : [] };
  }
}

/**
 * In parts, because on a slow link one large message would hold up the pings until the connection counts as dead.
 * Until the last part the client has nothing to go on from: it must not take the half for the whole.
 */
function framed(audience: Audience, { seq, alerts }: Snapshot): FramedSnapshot {
  const views = partsOf(alerts.flatMap((alert) => viewFor(audience, alert) ?? []));
  const parts = views.map((part, index) => {
    const isLast = index === views.length - 1;
    const numbers = views.length === 1 ? {} : { part: index + 1, parts: views.length };
    const message: SnapshotMessage = { seq: isLast ? seq : 0, alerts: part, ...numbers, audience: markOf(audience) };
    return PreFramed.of('snapshot', [message]);
  });
  return { seq, parts };
}
