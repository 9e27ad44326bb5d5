import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../clock.js';
import { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import type { PresenceCounts, RealtimeServer, RealtimeSocket } from './socket-events.js';

const HEARTBEAT_MS = 5000;
/** A node that is silent for so long no longer counts. */
const SILENT_MS = 15_000;
/** Changes within this time are told once. */
const DEBOUNCE_MS = 200;
/** And within this for each responder who is told, ms: while many connect, telling takes 2 % of the time. */
const DEBOUNCE_EACH_MS = 0.5;
/** More nodes than any deployment has: a bound against a flood of invented ones. */
const MAX_NODES = 1000;

const count = z.int().nonnegative();
const nodeSchema = z.object({ node: z.uuid(), responders: count, reporters: count });

interface OtherNode {
  readonly responders: number;
  readonly reporters: number;
  readonly heardAt: number;
}

/** Who is connected, over all nodes: each tells the others its own counts, and forgets those that fall silent. */
export class PresenceService {
  /** The live sockets of this node. */
  readonly sockets = new LiveSockets(() => this.#changed());
  readonly #node = randomUUID();
  readonly #others = new Map<string, OtherNode>();
  #server: RealtimeServer | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #nodesToo = false;
  #told = '';

  constructor(private readonly clock: Clock) {}

  /** The counts as this node knows them now. */
  counts(): PresenceCounts {
    this.#forgetSilent();
    const total = { responders: this.sockets.count('responder'), reporters: this.sockets.count('reporter'), nodes: 1 };
    for (const { responders, reporters } of this.#others.values()) {
      total.responders += responders;
      total.reporters += reporters;
      total.nodes += 1;
    }
    return total;
  }

  start(server: RealtimeServer): void {
    this.#server = server;
    server.on('presence:node', (presence) => this.#heard(presence));
    server.on('presence:left', (presence) => this.#left(presence));
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#tellNodes();
  }

  /** Tells a socket that has just gone live. */
  greet(socket: RealtimeSocket): void {
    if (socket.data.audience.kind === 'reporter') return;
    this.sockets.writer.write(socket, PreFramed.of('presence', [this.counts()]));
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#telling);
    this.sockets.stop();
    this.#server?.serverSideEmit('presence:left', { node: this.#node });
    this.#server = undefined;
  }

  #beat(): void {
    this.sockets.checkAll();
    this.#tellNodes();
    this.#tellResponders();
  }

  #forgetSilent(): void {
    const silentSince = this.clock.now().getTime() - SILENT_MS;
    for (const [node, { heardAt }] of this.#others) if (heardAt < silentSince) this.#others.delete(node);
  }

  #heard(message: unknown): void {
    const parsed = nodeSchema.safeParse(message);
    if (!parsed.success || parsed.data.node === this.#node) return;
    const { node, responders, reporters } = parsed.data;
    const isNew = !this.#others.has(node);
    if (isNew && this.#others.size >= MAX_NODES) return;
    this.#others.set(node, { responders, reporters, heardAt: this.clock.now().getTime() });
    // A node that has just come knows nobody yet.
    if (isNew) this.#tellNodes();
    this.#tellRespondersSoon();
  }

  #left(message: unknown): void {
    const parsed = nodeSchema.pick({ node: true }).safeParse(message);
    if (parsed.success && this.#others.delete(parsed.data.node)) this.#tellRespondersSoon();
  }

  #changed(): void {
    this.#tellRespondersSoon(true);
  }

  #tellRespondersSoon(nodesToo = false): void {
    if (!this.#server) return;
    this.#nodesToo ||= nodesToo;
    this.#telling ??= setTimeout(
      () => {
        this.#telling = undefined;
        if (this.#nodesToo) this.#tellNodes();
        this.#tellResponders();
      },
      Math.max(DEBOUNCE_MS, this.sockets.count('responder') * DEBOUNCE_EACH_MS),
    );
  }

  #tellNodes(): void {
    this.#nodesToo = false;
    const responders = this.sockets.count('responder');
    const reporters = this.sockets.count('reporter');
    // Without Redis nobody hears it; the next heartbeat says it again.
    this.#server?.serverSideEmit('presence:node', { node: this.#node, responders, reporters });
  }

  #tellResponders(): void {
    const counts = this.counts();
    const text = JSON.stringify(counts);
    if (text === this.#told) return;
    this.#told = text;
    const event = PreFramed.of('presence', [counts]);
    for (const group of this.sockets.groups()) {
      if (group.audience.kind !== 'reporter') this.sockets.send(group, event);
    }
    this.sockets.checkSoon();
  }
}
