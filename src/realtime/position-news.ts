import { z } from 'zod';
import { geoPointSchema } from '../alerts/alert.schemas.js';
import { personOf, type Caller } from '../auth/caller.js';
import { positionOrganisations, requireMay } from '../auth/policy.js';
import type { Clock } from '../clock.js';
import { parse } from '../errors/parse.js';
import { positionSchema, type Positions } from '../positions/positions.js';
import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { ALL_ROOM, organisationRoom } from './rooms.js';
import type { PositionMessage, RealtimeServer } from './socket-events.js';

/** Payload of `position`. */
export const placeSchema = geoPointSchema.pick({ lat: true, lng: true, accuracyM: true });
const messageSchema = positionSchema.extend({ organisations: z.array(z.uuid()) });

/**
 * Where responders are, told to the dispatchers of their organisations and to operators, on every node. It passes by:
 * what Redis keeps is forgotten after a minute, and nothing of it is in the log.
 */
export class PositionNews {
  #server: RealtimeServer | undefined;

  constructor(
    private readonly positions: Pick<Positions, 'keep'>,
    private readonly sockets: LiveSockets,
    private readonly clock: Clock,
  ) {}

  start(server: RealtimeServer): void {
    this.#server = server;
    server.on('position', (message) => {
      const parsed = messageSchema.safeParse(message);
      if (parsed.success) this.#tell(parsed.data as PositionMessage);
    });
  }

  /**
   * Somebody says where they are.
   * @returns when it was taken
   * @throws AppError FORBIDDEN for whoever answers no alerts, REQUEST_INVALID
   */
  take(caller: Caller, body: unknown): { readonly at: string } {
    const person = personOf(caller);
    const organisations = positionOrganisations(caller);
    requireMay(caller, person !== undefined && organisations.length > 0);
    const { accuracyM, ...place } = parse(placeSchema, body);
    const at = this.clock.now().toISOString();
    const { id: userId, name } = person!;
    const position = { userId, name, ...place, ...(accuracyM === undefined ? {} : { accuracyM }), at };
    // Whoever is connected has it all the same; the health of the realtime role says that Redis is away.
    void this.positions.keep(position).catch(() => undefined);
    const message = { ...position, organisations };
    this.#tell(message);
    this.#server?.serverSideEmit('position', message);
    return { at };
  }

  #tell(message: PositionMessage): void {
    const event = PreFramed.of('position', [message]);
    for (const group of this.sockets.inRooms([ALL_ROOM, ...message.organisations.map(organisationRoom)])) {
      // Where somebody is, is for people.
      if (group.audience.kind === 'responder') this.sockets.send(group, event);
    }
    this.sockets.checkSoon();
  }
}
