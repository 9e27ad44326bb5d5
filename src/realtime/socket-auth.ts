import { z } from 'zod';
import { SEVERITIES } from '../alerts/severity.js';
import type { Caller } from '../auth/caller.js';
import { requireMay } from '../auth/policy.js';
import type { RequestCaller } from '../auth/request-caller.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { audienceOf, markOf } from './audience.js';
import type { RealtimeSocket, SocketIdentity } from './socket-events.js';

type Handshake = Pick<RealtimeSocket['handshake'], 'auth' | 'headers'>;

const token = z.string().min(1).max(512);

/** `auth` of the handshake. */
export const handshakeSchema = z.object({
  token: token.nullish(),
  receiptToken: token.nullish(),
  cursor: z.int().nonnegative().nullish(),
  audience: z.string().max(64).nullish(),
  severities: z.array(z.enum(SEVERITIES)).min(1).max(SEVERITIES.length).nullish(),
});

/**
 * Tells who connects, by a token or by the cookie of a page of ours, and what they get.
 * @throws AppError REQUEST_INVALID, UNAUTHENTICATED, FORBIDDEN or DATABASE_UNAVAILABLE
 */
export async function identifySocket(callers: RequestCaller, { auth, headers }: Handshake): Promise<SocketIdentity> {
  const { token, receiptToken, cursor, severities, audience: told } = parse(handshakeSchema, auth ?? {});
  const caller = await callers.callerOfHandshake(headers, token ?? receiptToken ?? undefined);
  if (caller.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  const audience = audienceOf(caller, severities ?? undefined);
  requireMay(caller, audience.rooms.length > 0);
  const isGood = typeof cursor === 'number' && (told ? told === markOf(audience) : staysTheSame(caller));
  return { caller, audience, ...(isGood ? { cursor } : {}) };
}

/** What a person may see changes with their duties and roles; after that only a snapshot brings a client up to date. */
function staysTheSame({ kind }: Caller): boolean {
  return kind !== 'person' && kind !== 'machine';
}
