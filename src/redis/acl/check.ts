import { classifyRedisError } from '../redis-error.js';
import { AclConnectionError } from './connection.js';

/** One thing that was looked at. */
export interface AclCheck {
  /** User, or server where it is not about one. */
  readonly subject: string;
  readonly check: string;
  /** `warned`: nothing is wrong, but something waits for an operator. */
  readonly result: 'passed' | 'failed' | 'warned' | 'skipped';
  /** What is wrong and what to do, or why it was left out; no secrets. */
  readonly detail?: string;
}

/** Makes a check of a list of complaints. */
export function checked(subject: string, check: string, complaints: readonly string[]): AclCheck {
  if (complaints.length === 0) return { subject, check, result: 'passed' };
  return { subject, check, result: 'failed', detail: complaints.join('; ') };
}

/** Something that nobody may forget, though all works. */
export function warned(subject: string, check: string, detail: string): AclCheck {
  return { subject, check, result: 'warned', detail };
}

/** The server is too old for a rule of the policy. */
export class UnknownCommandError extends Error {
  override readonly name = 'UnknownCommandError';
  constructor(rule: string) {
    super(`the server does not know ${rule}: Redis 7.0 or later is needed`);
  }
}

/** Whose messages say more than the kind of failure, and hold no secret. */
const OWN_WORDS = [UnknownCommandError, AclConnectionError];

/** Runs a probe; what it throws or complains of becomes the check's detail. */
export async function attempt(
  subject: string,
  check: string,
  probe: () => Promise<readonly string[]>,
): Promise<AclCheck> {
  try {
    return checked(subject, check, await probe());
  } catch (error) {
    if (OWN_WORDS.some((kind) => error instanceof kind)) return checked(subject, check, [(error as Error).message]);
    const { code, message } = classifyRedisError(error);
    return checked(subject, check, [`${message} (${code})`]);
  }
}
