import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '../observability/nest-log.js';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import { provisionalView } from '../alerts/alert-views.js';
import type { PendingTail } from '../alerts/pending-tail.js';
import type { ProvisionalAlert, ProvisionalAlerts } from '../alerts/provisional-alerts.js';
import type { Sight } from '../auth/policy.js';
import { pause } from '../pause.js';
import type { Audience } from './audience.js';
import { drained } from './engine.js';
import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { roomsOfAlert } from './rooms.js';
import type { RealtimeSocket } from './socket-events.js';
import { sightFor } from './telling.js';

const RETRY_MS = 1000;
/** Written to a new socket before it must have taken what went before: a flood of presses must not count as slowness. */
const PAGE_BYTES = 64 * 1024;
const STALL_MS = 20_000;
/** Ids of lost alerts in one line of the log. */
const LOGGED = 100;

export interface ProvisionalNewsParts {
  readonly tail: Pick<PendingTail, 'start' | 'listen' | 'stop'>;
  readonly alerts: Pick<ProvisionalAlerts, 'all' | 'size' | 'logged' | 'isStored'>;
  readonly reader: Pick<AlertReader, 'byId'>;
  readonly sockets: LiveSockets;
}

/** A provisional alert, or what it has become: another one, or none. */
type News = ProvisionalAlert & { readonly became?: string | null };

/**
 * Tells the sockets of this node which alerts Redis has taken while Postgres is away, by the rules that the log is told
 * by. Also those that are still catching up, which they cannot do without Postgres.
 */
export class ProvisionalNews {
  readonly #arriving = new Set<RealtimeSocket>();
  readonly #stop = new AbortController();
  /** While the log is away many arrive, and each is told by itself: what they get is encoded once. */
  readonly #events = new WeakMap<News, Map<Sight, PreFramed>>();
  #asking = Promise.resolve();
  /** Settled alerts that wait for their turn in `#asking`; when none is left, what is lost is told in one line. */
  #unknown = 0;
  /** Ids of those that neither store has any more, until they are told. */
  #lost: string[] = [];
  readonly #logger = new Logger('Provisional');

  constructor(private readonly parts: ProvisionalNewsParts) {}

  start(): void {
    this.parts.tail.listen({
      onProvisional: (alerts) => this.#tell(alerts),
      onSettled: (alert) => {
        // One after the other: thousands settle at once, just when everybody needs Postgres again.
        this.#unknown += 1;
        this.#asking = this.#asking.then(async () => {
          await this.#tellWhatBecameOf(alert);
          this.#unknown -= 1;
          if (this.#unknown === 0) this.#reportLost();
        });
      },
    });
    this.parts.tail.start();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.parts.tail.stop(), this.#asking]);
  }

  /** The log has these: they are not provisional any more. */
  stored(entries: readonly LogEntry[]): void {
    this.parts.alerts.logged(entries);
  }

  /** Tells a new socket what there is, and from now on what comes. */
  greet(socket: RealtimeSocket): void {
    if (!socket.connected) return;
    this.#arriving.add(socket);
    socket.once('disconnect', () => this.#arriving.delete(socket));
    if (this.parts.alerts.size > 0) void this.#tellAll(socket);
  }

  /** The socket is live, and told with its group; or it is gone. */
  leave(socket: RealtimeSocket): void {
    this.#arriving.delete(socket);
  }

  /** In pages, as fast as the socket takes them. Never rejects. */
  async #tellAll(socket: RealtimeSocket): Promise<void> {
    const { alerts, sockets } = this.parts;
    let left = alerts.size;
    let page: Buffer[] = [];
    let bytes = 0;
    // What changes meanwhile is seen here as it is then; what is new is told to those who arrive anyway.
    for (const news of alerts.all()) {
      if (left === 0 || !socket.connected) break;
      left -= 1;
      const event = this.#eventFor(socket.data.audience, news);
      if (!event) continue;
      page.push(event.bytes);
      bytes += event.bytes.length;
      if (bytes < PAGE_BYTES) continue;
      sockets.writer.write(socket, PreFramed.join(page));
      [page, bytes] = [[], 0];
      await nextTurn();
      if (!(await drained(socket, STALL_MS))) return;
    }
    if (page.length > 0 && socket.connected) sockets.writer.write(socket, PreFramed.join(page));
  }

  /** Each socket is written to once, however much there is to tell: in a storm that is what it costs. Never throws. */
  #tell(news: readonly News[]): void {
    const { sockets } = this.parts;
    const eventsFor = (audience: Audience) => {
      const events = news.flatMap((each) => this.#eventFor(audience, each) ?? []);
      return events.length > 0 ? PreFramed.join(events.map(({ bytes }) => bytes)) : undefined;
    };
    // Who reported it sees it as its reporter, whatever else they are.
    const alone = new Set(this.#arriving);
    for (const { alert } of news) for (const socket of sockets.ofReporter(alert.reporterId)) alone.add(socket);
    for (const group of sockets.inRooms(news.flatMap(({ alert }) => roomsOfAlert(alert)))) {
      const events = eventsFor(group.audience);
      if (events) for (const socket of group.sockets) if (!alone.has(socket)) sockets.sendTo(socket, events);
    }
    for (const socket of alone) {
      const events = eventsFor(socket.data.audience);
      if (events) sockets.sendTo(socket, events);
    }
    sockets.checkSoon();
  }

  #eventFor(audience: Audience, news: News): PreFramed | undefined {
    const sight = sightFor(audience, news.alert);
    if (!sight) return undefined;
    const known = this.#events.get(news) ?? new Map<Sight, PreFramed>();
    this.#events.set(news, known);
    const event = known.get(sight) ?? framed(news, sight);
    known.set(sight, event);
    return event;
  }

  /** They were answered with a 201: somebody must hear of it who can ask the people. */
  #reportLost(): void {
    const ids = this.#lost;
    if (ids.length === 0) return;
    this.#lost = [];
    this.#logger.error(
      { count: ids.length, ids: ids.slice(0, LOGGED) },
      'alerts that Redis had taken are neither there nor in Postgres: was Redis emptied? Some may be set aside in emergency:refused',
    );
  }

  /** Never rejects. Postgres was there a moment ago; should it be away again, it is asked again. */
  async #tellWhatBecameOf(provisional: ProvisionalAlert): Promise<void> {
    const { id } = provisional.alert;
    while (!this.#stop.signal.aborted) {
      try {
        // Under its own id the log tells of it, or has done so since.
        if (this.parts.alerts.isStored(id)) return;
        const became = await this.parts.reader.byId(id);
        if (!became) this.#lost.push(id);
        if (became?.id !== id) this.#tell([{ ...provisional, became: became?.id ?? null }]);
        return;
      } catch {
        await pause(RETRY_MS, this.#stop.signal);
      }
    }
  }
}

function framed({ at, alert, became }: News, sight: Sight): PreFramed {
  const view = provisionalView(alert, sight);
  return PreFramed.of('provisional', [{ at, alert: view, ...(became === undefined ? {} : { became }) }]);
}
