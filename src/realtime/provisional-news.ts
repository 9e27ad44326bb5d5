import type { LogEntry } from '../alerts/alert.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { PendingTail } from '../alerts/pending-tail.js';
import type { ProvisionalAlert, ProvisionalAlerts } from '../alerts/provisional-alerts.js';
import { pause } from '../pause.js';
import type { Audience } from './audience.js';
import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { roomsOfAlert } from './rooms.js';
import type { ProvisionalMessage, RealtimeSocket } from './socket-events.js';
import { viewFor } from './telling.js';

const RETRY_MS = 1000;

export interface ProvisionalNewsParts {
  readonly tail: Pick<PendingTail, 'start' | 'listen' | 'stop'>;
  readonly alerts: Pick<ProvisionalAlerts, 'all' | 'size' | 'stored'>;
  readonly reader: Pick<AlertReader, 'byId'>;
  readonly sockets: LiveSockets;
}

/**
 * Tells the sockets of this node which alerts Redis has taken while Postgres is away, by the rules that the log is told
 * by. Also those that are still catching up, which they cannot do without Postgres.
 */
export class ProvisionalNews {
  readonly #arriving = new Set<RealtimeSocket>();
  readonly #stop = new AbortController();
  #asking = Promise.resolve();

  constructor(private readonly parts: ProvisionalNewsParts) {}

  start(): void {
    this.parts.tail.listen({
      onProvisional: (alert) => this.#tell(alert),
      onSettled: (alert) => {
        this.#asking = Promise.all([this.#asking, this.#tellWhatBecameOf(alert)]).then(() => undefined);
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
    const raised = entries.filter(({ type }) => type === 'alert.raised');
    if (raised.length > 0) this.parts.alerts.stored(raised.map(({ alertId }) => alertId));
  }

  /** Tells a new socket what there is, and from now on what comes. */
  greet(socket: RealtimeSocket): void {
    if (!socket.connected) return;
    this.#arriving.add(socket);
    socket.once('disconnect', () => this.#arriving.delete(socket));
    if (this.parts.alerts.size === 0) return;
    const { audience } = socket.data;
    const messages = [...this.parts.alerts.all()].flatMap((alert) => messageFor(audience, alert) ?? []);
    if (messages.length > 0) this.parts.sockets.writer.write(socket, PreFramed.of('provisional', messages));
  }

  /** The socket is live, and told with its group; or it is gone. */
  leave(socket: RealtimeSocket): void {
    this.#arriving.delete(socket);
  }

  /** Never throws. */
  #tell(provisional: ProvisionalAlert, became?: string | null): void {
    const { sockets } = this.parts;
    const { alert } = provisional;
    const reporters = sockets.ofReporter(alert.reporterId);
    const eventFor = (audience: Audience) => {
      const message = messageFor(audience, provisional);
      return message && PreFramed.of('provisional', [became === undefined ? message : { ...message, became }]);
    };
    for (const group of sockets.inRooms(roomsOfAlert(alert))) {
      const event = eventFor(group.audience);
      // Who reported it sees it as its reporter, whatever else they are.
      if (event) for (const socket of group.sockets) if (!reporters.has(socket)) sockets.sendTo(socket, event);
    }
    for (const socket of new Set([...reporters, ...this.#arriving])) {
      const event = eventFor(socket.data.audience);
      if (event) sockets.sendTo(socket, event);
    }
    sockets.checkSoon();
  }

  /** Never rejects. Postgres was there a moment ago; should it be away again, it is asked again. */
  async #tellWhatBecameOf(provisional: ProvisionalAlert): Promise<void> {
    const { id } = provisional.alert;
    while (!this.#stop.signal.aborted) {
      try {
        const became = await this.parts.reader.byId(id);
        // Under its own id the log tells of it.
        if (became?.id !== id) this.#tell(provisional, became?.id ?? null);
        return;
      } catch {
        await pause(RETRY_MS, this.#stop.signal);
      }
    }
  }
}

function messageFor(audience: Audience, { at, alert }: ProvisionalAlert): ProvisionalMessage | undefined {
  const view = viewFor(audience, alert);
  return view && { at, alert: { ...view, seq: 0, provisional: true } };
}
