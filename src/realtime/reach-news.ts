import { Logger } from '@nestjs/common';
import { z } from 'zod';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertLog } from '../alerts/alert-log.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { ReachReader } from '../alerts/reach-reader.js';
import { REACH_STAGES } from '../alerts/reach-stage.js';
import type { ReachLedger } from '../reach/reach-ledger.js';
import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { ALL_ROOM, alertRoom, organisationRoom } from './rooms.js';
import type { RealtimeServer, ReachNotice } from './socket-events.js';

/** Changes within this time are told once, ms. */
const DEBOUNCE_MS = 250;

const countsSchema = z.record(z.enum(REACH_STAGES), z.int().nonnegative());
const noticeSchema = z.object({
  id: z.uuid(),
  organisations: z.array(z.uuid()),
  reporterId: z.uuid().nullable(),
  counts: countsSchema,
  reporterCounts: countsSchema.optional(),
});

export interface ReachNewsParts {
  readonly ledger: Pick<ReachLedger, 'onChange'>;
  readonly log: Pick<AlertLog, 'onCommit'>;
  readonly reader: Pick<AlertReader, 'byId'>;
  readonly reach: Pick<ReachReader, 'live'>;
  readonly sockets: LiveSockets;
}

/**
 * Tells how many an alert has reached, to its reporter and to those who send responders, on every node. The node that
 * wrote it counts and tells the others.
 */
export class ReachNews {
  readonly #changed = new Set<string>();
  readonly #logger = new Logger('ReachNews');
  #server: RealtimeServer | undefined;
  #timer: NodeJS.Timeout | undefined;
  #telling = Promise.resolve();

  constructor(private readonly parts: ReachNewsParts) {
    parts.ledger.onChange((alertId) => this.#tellSoon(alertId));
    parts.log.onCommit((entries) => {
      for (const entry of entries) if (isStep(entry)) this.#tellSoon(entry.alertId);
    });
  }

  start(server: RealtimeServer): void {
    this.#server = server;
    server.on('reach', (message) => {
      const parsed = noticeSchema.safeParse(message);
      if (parsed.success) this.#tell(parsed.data as ReachNotice);
    });
  }

  /** Waits for what is being told. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#server = undefined;
    await this.#telling;
  }

  #tellSoon(alertId: string): void {
    if (!this.#server) return;
    this.#changed.add(alertId);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#telling = this.#telling.then(() => this.#tellChanged());
    }, DEBOUNCE_MS);
  }

  /** Never rejects: the next change tells it again. */
  async #tellChanged(): Promise<void> {
    const ids = [...this.#changed];
    this.#changed.clear();
    for (const id of ids) {
      try {
        const notice = await this.#noticeOf(id);
        if (!notice) continue;
        this.#tell(notice);
        this.#server?.serverSideEmit('reach', notice);
      } catch (error) {
        this.#logger.warn({ err: error }, 'whom an alert reached could not be counted');
      }
    }
  }

  async #noticeOf(id: string): Promise<ReachNotice | undefined> {
    const { reader, reach } = this.parts;
    const alert = await reader.byId(id);
    if (!alert) return undefined;
    const { organisations, reporterId } = alert;
    return { id, organisations, reporterId, ...(await reach.live(alert)) };
  }

  #tell({ id, organisations, reporterId, counts, reporterCounts }: ReachNotice): void {
    const { sockets } = this.parts;
    const reporters = sockets.ofReporter(reporterId);
    const event = PreFramed.of('reach', [{ id, counts }]);
    for (const group of sockets.inRooms([ALL_ROOM, ...organisations.map(organisationRoom)])) {
      // Also a dispatcher sees the own alert as its reporter does.
      for (const socket of group.sockets) if (!reporters.has(socket)) sockets.sendTo(socket, event);
    }
    if (reporterCounts) {
      const own = PreFramed.of('reach', [{ id, counts: reporterCounts }]);
      for (const socket of reporters) sockets.sendTo(socket, own);
      for (const group of sockets.inRooms([alertRoom(id)])) sockets.send(group, own);
    }
    sockets.checkSoon();
  }
}

function isStep({ type }: LogEntry): boolean {
  return type === 'alert.acknowledged' || type === 'alert.responded' || type === 'alert.reopened';
}
