import { personOf, type Caller, type Person } from '../auth/caller.js';
import { AppError } from '../errors/app-error.js';

/** Somebody signed in with an account, and by which session. @throws AppError UNAUTHENTICATED or FORBIDDEN */
export function requireAccount(caller: Caller): { person: Person; sessionId: string } {
  if (caller.kind === 'anonymous') throw new AppError('UNAUTHENTICATED');
  const person = personOf(caller);
  const sessionId = caller.kind === 'person' || caller.kind === 'operator' ? caller.sessionId : undefined;
  if (!person || sessionId === undefined) throw new AppError('FORBIDDEN', 'This takes an account: sign in');
  return { person, sessionId };
}
