import type { FastifyReply } from 'fastify';
import { AppError } from '../errors/app-error.js';
import type { LimitState } from './limit.js';

/**
 * Tells the client where it stands, on every answer (`RateLimit`, `RateLimit-Policy`: draft-ietf-httpapi-ratelimit-headers).
 * @throws AppError TOO_MANY_REQUESTS when one of the limits is reached
 */
export function requireWithin(reply: FastifyReply, states: readonly LimitState[]): void {
  void reply.headers({
    'ratelimit-policy': states.map(({ limit }) => `"${limit.name}";q=${limit.points};w=${limit.seconds}`).join(', '),
    ratelimit: states
      .map(({ limit, remaining, resetSeconds }) => `"${limit.name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  });
  const refused = states.filter(({ allowed }) => !allowed);
  if (refused.length === 0) return;
  const retryAfterSeconds = Math.max(...refused.map(({ resetSeconds }) => resetSeconds));
  throw new AppError('TOO_MANY_REQUESTS', undefined, { retryAfterSeconds });
}
