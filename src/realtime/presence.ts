import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { LiveAreas } from '../areas/live-areas.js';
import type { Clock } from '../clock.js';
import type { Audience } from './audience.js';
import { corkForThisTurn } from './engine.js';
import { LiveSockets, type SocketGroup } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { ReturnHints } from './return-hints.js';
import type { NodePresence, PresenceCounts, RealtimeServer, RealtimeSocket } from './socket-events.js';

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
const nodeSchema = z.object({
  node: z.uuid(),
  responders: count,
  reporters: count,
  // A node of the version before tells none.
  areas: z.record(z.uuid(), count).default({}),
});

interface OtherNode extends Omit<NodePresence, 'node'> {
  readonly heardAt: number;
}

/** Who is connected, over all nodes: each tells the others its own counts, and forgets those that fall silent. */
export class PresenceService {
  /** The live sockets of this node. */
  readonly sockets = new LiveSockets(() => this.#tellSoon(true));
  readonly #returns = new ReturnHints(this.sockets);
  readonly #node = randomUUID();
  readonly #others = new Map<string, OtherNode>();
  #server: RealtimeServer | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #nodesToo = false;
  readonly #told = new WeakMap<SocketGroup, string>();

  constructor(
    private readonly clock: Clock,
    private readonly areas: Pick<LiveAreas, 'organisationOf'>,
  ) {}

  /** The counts as this node knows them now. */
  counts(): PresenceCounts {
    this.#forgetSilent();
    const total = { ...this.#own(), nodes: 1 };
    for (const { responders, reporters, areas } of this.#others.values()) {
      total.responders += responders;
      total.reporters += reporters;
      total.nodes += 1;
      for (const [area, people] of Object.entries(areas)) total.areas[area] = (total.areas[area] ?? 0) + people;
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
    const { audience } = socket.data;
    corkForThisTurn(socket.request.socket);
    this.#returns.greet(socket);
    if (audience.kind === 'reporter') return;
    this.sockets.writer.write(socket, PreFramed.of('presence', [this.#for(audience, this.counts())]));
  }

  stop(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#telling);
    this.sockets.stop();
    this.#server?.serverSideEmit('presence:left', { node: this.#node });
    this.#server = undefined;
  }

  #own(): { responders: number; reporters: number; areas: Record<string, number> } {
    const { sockets } = this;
    const areas = sockets.onDuty.counts();
    return { responders: sockets.count('responder'), reporters: sockets.count('reporter'), areas };
  }

  #beat(): void {
    this.sockets.checkAll();
    this.#tellNodes();
    this.#tellSockets();
  }

  #forgetSilent(): void {
    const silentSince = this.clock.now().getTime() - SILENT_MS;
    for (const [node, { heardAt }] of this.#others) if (heardAt < silentSince) this.#others.delete(node);
  }

  #heard(message: unknown): void {
    const parsed = nodeSchema.safeParse(message);
    if (!parsed.success || parsed.data.node === this.#node) return;
    const { node, ...presence } = parsed.data;
    const isNew = !this.#others.has(node);
    if (isNew && this.#others.size >= MAX_NODES) return;
    this.#others.set(node, { ...presence, heardAt: this.clock.now().getTime() });
    // A node that has just come knows nobody yet.
    if (isNew) this.#tellNodes();
    this.#tellSoon();
  }

  #left(message: unknown): void {
    const parsed = nodeSchema.pick({ node: true }).safeParse(message);
    if (parsed.success && this.#others.delete(parsed.data.node)) this.#tellSoon();
  }

  #tellSoon(nodesToo = false): void {
    if (!this.#server) return;
    this.#nodesToo ||= nodesToo;
    this.#telling ??= setTimeout(
      () => {
        this.#telling = undefined;
        if (this.#nodesToo) this.#tellNodes();
        this.#tellSockets();
      },
      Math.max(DEBOUNCE_MS, this.sockets.count('responder') * DEBOUNCE_EACH_MS),
    );
  }

  #tellNodes(): void {
    this.#nodesToo = false;
    // Without Redis nobody hears it; the next heartbeat says it again.
    this.#server?.serverSideEmit('presence:node', { node: this.#node, ...this.#own() });
  }

  #tellSockets(): void {
    this.#returns.tellWhenOutdated();
    const counts = this.counts();
    for (const group of this.sockets.groups()) {
      if (group.audience.kind === 'reporter') continue;
      const own = this.#for(group.audience, counts);
      const text = JSON.stringify(own);
      if (this.#told.get(group) === text) continue;
      this.#told.set(group, text);
      this.sockets.send(group, PreFramed.of('presence', [own]));
    }
    this.sockets.checkSoon();
  }

  /** People are counted in the areas that an audience answers for: all, those of its organisations, those of its duty. */
  #for({ grants }: Audience, counts: PresenceCounts): PresenceCounts {
    if (grants.all) return counts;
    const { full = [], duties = [] } = grants;
    const isTheirs = (area: string) => duties.includes(area) || full.includes(this.areas.organisationOf(area) ?? '');
    return { ...counts, areas: Object.fromEntries(Object.entries(counts.areas).filter(([area]) => isTheirs(area))) };
  }
}
