import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { readStep, type StepType } from '../alerts/alert-steps.js';
import type { AlertsService } from '../alerts/alerts.service.js';
import type { Caller } from '../auth/caller.js';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { toAppError, toProblem } from '../errors/problem.js';
import { TokenBucket, type Budget } from '../token-bucket.js';
import type { ClientAddress } from './client-address.js';
import type { PositionNews } from './position-news.js';
import { ReadingPace } from './reading-pace.js';
import type { Receipts } from './receipts.js';
import type { ClientToServerEvents, RealtimeSocket } from './socket-events.js';

type ClientEvent = keyof ClientToServerEvents;
type Handler = (asked: Asked, request: Request) => object | Promise<object>;

/** What a client asks for, and who. */
interface Request {
  readonly caller: Caller;
  readonly payload: unknown;
  /** Of the client, for the limits of a flood. */
  readonly address: string;
}

/** What answers the events of clients. */
export interface Asked {
  readonly alerts: AlertsService;
  readonly receipts: Receipts;
  readonly positions: PositionNews;
}

const withId = z.object({ id: z.string() });

function stepOf(type: StepType): Handler {
  return ({ alerts }, { caller, payload }) => alerts.step(parse(withId, payload).id, caller, readStep(type, payload));
}

/** One handler an event; the same schemas and answers as HTTP. */
const HANDLERS: Record<ClientEvent, Handler> = {
  'alert:raise': async ({ alerts }, { caller, payload: body, address }) =>
    (await alerts.raise({ body, caller, idempotencyKey: idempotencyKeyOf(body), address })).answer,
  'alert:update': ({ alerts }, { caller, payload }) => alerts.update(parse(withId, payload).id, caller, payload),
  'alert:acknowledge': stepOf('acknowledge'),
  'alert:respond': stepOf('respond'),
  'alert:resolve': stepOf('resolve'),
  'alert:reopen': stepOf('reopen'),
  'alert:cancel': stepOf('cancel'),
  'alert:received': ({ receipts }, { caller, payload }) => receipts.take('received', caller, payload),
  'alert:seen': ({ receipts }, { caller, payload }) => receipts.take('seen', caller, payload),
  position: ({ positions }, { caller, payload }) => positions.take(caller, payload),
};

/** What is asked for at a human pace; a panic is never refused. */
const ASKING: Budget = { perSecond: 20, burst: 40 };
/** A device that comes back acknowledges what it has missed. */
const RECEIPTS: Budget = { perSecond: 20, burst: 500 };
/** A clock that ticks once a second may be early once. */
const POSITIONS: Budget = { perSecond: 1, burst: 2 };

/** A press is a commit and a word to everybody: a socket presses 50 times at once, then 10 times a second. */
const PRESS_COST = 10;

/** How often one socket may ask for what. */
class Paces {
  readonly #buckets = new Map<Budget, TokenBucket>();

  /** The seconds to wait; 0: now. */
  take(event: ClientEvent, nowMs: number): number {
    if (event === 'alert:raise') return 0;
    const pace =
      event === 'position' ? POSITIONS : event === 'alert:received' || event === 'alert:seen' ? RECEIPTS : ASKING;
    const bucket = this.#buckets.get(pace) ?? new TokenBucket(pace, nowMs);
    this.#buckets.set(pace, bucket);
    return bucket.take(nowMs);
  }
}

/** Answers what clients send. Every callback is called exactly once, whatever comes; no event reaches anything else. */
export class SocketRequests {
  readonly #running = new Set<Promise<void>>();
  readonly #logger = new Logger('SocketRequests');

  constructor(
    private readonly asked: Asked,
    private readonly clock: Clock,
    private readonly clientAddress: ClientAddress,
  ) {}

  /** Listens to a socket. */
  listen(socket: RealtimeSocket): void {
    const paces = new Paces();
    const reading = new ReadingPace(socket, this.#now());
    const address = this.clientAddress.of(socket.handshake);
    // A middleware that never calls next: it sees every event, unknown ones too, with the callback as last argument.
    socket.use(([event, ...args]) => {
      const last: unknown = args.at(-1);
      const answer = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
      const payload: unknown = typeof args[0] === 'function' ? undefined : args[0];
      const request = { caller: socket.data.caller, payload, address };
      const turn = reading.turn(event === 'alert:raise' ? PRESS_COST : 1, this.#now());
      this.#track(turn.then(() => this.#run(event, paces, request)).then(answer));
    });
  }

  /** Resolves when everything that was asked so far is answered. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.#logger.error({ err: error }, 'an answer could not be sent'))
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }

  /** Never rejects. */
  async #run(event: unknown, paces: Paces, request: Request): Promise<object> {
    try {
      if (!isKnown(event)) throw new AppError('EVENT_UNKNOWN');
      const wait = paces.take(event, this.#now());
      if (wait > 0) throw new AppError('TOO_MANY_EVENTS', undefined, { retryAfterSeconds: wait });
      return await HANDLERS[event](this.asked, request);
    } catch (error) {
      const known = toAppError(error);
      if (known.status >= 500) this.#logger.error({ code: known.code, err: known.cause ?? known }, known.detail);
      return toProblem(known);
    }
  }

  #now(): number {
    return this.clock.now().getTime();
  }
}

function isKnown(event: unknown): event is ClientEvent {
  return typeof event === 'string' && Object.hasOwn(HANDLERS, event);
}

function idempotencyKeyOf(body: unknown): string | undefined {
  const key = (body as { idempotencyKey?: unknown } | null | undefined)?.idempotencyKey;
  return typeof key === 'string' && key !== '' ? key : undefined;
}
