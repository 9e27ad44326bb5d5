import { Logger } from '@nestjs/common';
import { z } from 'zod';
import { readStep, type StepType } from '../alerts/alert-steps.js';
import type { AlertsService } from '../alerts/alerts.service.js';
import type { Caller } from '../auth/caller.js';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { toAppError, toProblem } from '../errors/problem.js';
import { TokenBucket } from '../token-bucket.js';
import type { ClientAddress } from './client-address.js';
import type { ClientToServerEvents, RealtimeSocket } from './socket-events.js';

type ClientEvent = keyof ClientToServerEvents;
type Handler = (alerts: AlertsService, caller: Caller, payload: unknown, address: string) => Promise<object>;

interface SocketRequest {
  readonly event: unknown;
  readonly payload: unknown;
  readonly address: string;
}

/** How much one socket may ask for. */
const PACE = { burst: 40, perSecond: 20 };

const withId = z.object({ id: z.string() });

function stepOf(type: StepType): Handler {
  return async (alerts, caller, payload) => alerts.step(parse(withId, payload).id, caller, readStep(type, payload));
}

/** One handler an event; the same schemas and answers as HTTP. */
const HANDLERS: Record<ClientEvent, Handler> = {
  'alert:raise': async (alerts, caller, body, address) =>
    (await alerts.raise({ body, caller, idempotencyKey: idempotencyKeyOf(body), address })).answer,
  'alert:acknowledge': stepOf('acknowledge'),
  'alert:resolve': stepOf('resolve'),
  'alert:cancel': stepOf('cancel'),
};

/** Answers what clients send. Every callback is called exactly once, whatever comes; no event reaches anything else. */
export class SocketRequests {
  readonly #running = new Set<Promise<void>>();
  readonly #logger = new Logger('SocketRequests');

  constructor(
    private readonly alerts: AlertsService,
    private readonly clock: Clock,
    private readonly clientAddress: ClientAddress,
  ) {}

  /** Listens to a socket. */
  listen(socket: RealtimeSocket): void {
    const bucket = new TokenBucket(PACE, this.#now());
    const address = this.clientAddress.of(socket.handshake);
    // A middleware that never calls next: it sees every event, unknown ones too, with the callback as last argument.
    socket.use(([event, ...args]) => {
      const last: unknown = args.at(-1);
      const answer = typeof last === 'function' ? (last as (answer: object) => void) : () => undefined;
      const payload: unknown = typeof args[0] === 'function' ? undefined : args[0];
      this.#track(this.#run(socket.data.caller, bucket, { event, payload, address }).then(answer));
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
  async #run(caller: Caller, bucket: TokenBucket, request: SocketRequest): Promise<object> {
    const { event, payload, address } = request;
    try {
      if (!isKnown(event)) throw new AppError('EVENT_UNKNOWN');
      // A panic is never refused; everything else may be asked for at a human pace.
      const wait = event === 'alert:raise' ? 0 : bucket.take(this.#now());
      if (wait > 0) throw new AppError('TOO_MANY_EVENTS', undefined, { retryAfterSeconds: wait });
      return await HANDLERS[event](this.alerts, caller, payload, address);
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
