import { setTimeout as delay } from 'node:timers/promises';
import type { LogEntry } from '../alerts/alert.js';
import { personOf } from '../auth/caller.js';
import type { Pushes } from '../reach/pushes.js';
import type { AccessWatch } from './access-watch.js';
import type { CatchUp } from './catch-up.js';
import { fanOut } from './fan-out.js';
import type { PositionNews } from './position-news.js';
import type { PresenceService } from './presence.js';
import type { ProvisionalNews } from './provisional-news.js';
import type { ReachNews } from './reach-news.js';
import type { RealtimeServer, RealtimeSocket } from './socket-events.js';
import type { SocketRequests } from './socket-requests.js';

/** Time to answer what clients have asked before their connections end. */
const ANSWER_MS = 3000;

export interface SocketSessionsParts {
  readonly access: AccessWatch;
  readonly catchUp: CatchUp;
  readonly presence: PresenceService;
  readonly requests: SocketRequests;
  readonly positions: PositionNews;
  readonly reach: ReachNews;
  readonly pushes: Pushes;
  readonly provisional: ProvisionalNews;
}

/** What a socket gets from its first moment to its last. */
export class SocketSessions {
  constructor(private readonly parts: SocketSessionsParts) {}

  start(server: RealtimeServer): void {
    const { access, presence, positions, provisional, reach } = this.parts;
    for (const part of [access, presence, positions, reach]) part.start(server);
    provisional.start();
    server.on('connection', (socket) => void this.#open(socket));
  }

  /** Answers what was asked, then ends all connections: their clients come back by themselves, elsewhere. */
  async stop(server: RealtimeServer): Promise<void> {
    const { access, presence, provisional, pushes, reach, requests } = this.parts;
    await Promise.race([requests.idle(), delay(ANSWER_MS, undefined, { ref: false })]);
    for (const socket of server.of('/').sockets.values()) socket.conn.close();
    presence.stop();
    access.stop();
    await Promise.all([pushes.flush(), reach.stop(), provisional.stop()]);
  }

  /** Before it is asked who connects. */
  begin(socket: RealtimeSocket): void {
    this.parts.access.begin(socket);
  }

  /** Sends entries of the log to the live sockets; the next ones must wait until it resolves. */
  async deliver(entries: readonly LogEntry[]): Promise<void> {
    const { presence, provisional, pushes } = this.parts;
    provisional.stored(entries);
    await fanOut(presence.sockets, entries, (alertIds, sockets) => pushes.note(alertIds, accountsOf(sockets)));
  }

  /** Never rejects. */
  async #open(socket: RealtimeSocket): Promise<void> {
    const { access, catchUp, presence, provisional, requests } = this.parts;
    // Asked for by nobody, but an `error` event without a listener would end the process.
    socket.on('error', () => undefined);
    requests.listen(socket);
    await access.admit(socket);
    // First: while the log is away, it is all that there is to be told.
    provisional.greet(socket);
    const isLive = await catchUp.run(socket);
    provisional.leave(socket);
    if (isLive) presence.greet(socket);
  }
}

/** Lazily: it is looked at some time after the sockets have been written to. */
function* accountsOf(sockets: readonly RealtimeSocket[]): Iterable<string | undefined> {
  for (const { data } of sockets) yield personOf(data.caller)?.id;
}
