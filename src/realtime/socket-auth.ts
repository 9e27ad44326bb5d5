import { z } from 'zod';
import { SEVERITIES } from '../alerts/severity.js';
import type { CallerIdentity } from '../auth/caller-identity.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { ALL_ROOM, alertRoom, severityRoom } from './rooms.js';
import type { Audience, SocketIdentity } from './socket-events.js';

const token = z.string().min(1).max(512);

/** `auth` of the handshake. */
export const handshakeSchema = z.object({
  token: token.nullish(),
  receiptToken: token.nullish(),
  cursor: z.int().nonnegative().nullish(),
  severities: z.array(z.enum(SEVERITIES)).min(1).max(SEVERITIES.length).nullish(),
});

/**
 * Tells who connects and what they get.
 * @throws AppError REQUEST_INVALID, UNAUTHENTICATED or FORBIDDEN
 */
export async function identifySocket(identity: CallerIdentity, auth: unknown): Promise<SocketIdentity> {
  const { token, receiptToken, cursor, severities } = parse(handshakeSchema, auth ?? {});
  const caller = await identity.identify(token ?? receiptToken ?? undefined);
  const withCursor = typeof cursor === 'number' ? { cursor } : {};
  if (caller.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  if (caller.kind === 'operator') {
    const rooms = severities ? [...new Set(severities)].map(severityRoom) : [ALL_ROOM];
    return { caller, audience: { kind: 'responder', rooms }, ...withCursor };
  }
  if (caller.kind !== 'reporter' || !caller.proven) throw new AppError('FORBIDDEN');
  const { alertId } = caller;
  const audience: Audience = { kind: 'reporter', rooms: [alertRoom(alertId)], alertId };
  return { caller, audience, ...withCursor };
}
