import { hash, randomBytes } from 'node:crypto';

/** Says what a token is, to people who find one and to scanners that look for secrets. */
export const SESSION_PREFIX = 'nbs_';
export const API_KEY_PREFIX = 'nbk_';

/** 256 random bits. Nothing but its {@link tokenHash} is stored. */
export function newToken(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** What is stored of a token. It needs no salt and no slowness: nobody guesses 256 bits. */
export function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
