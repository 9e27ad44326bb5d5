import { isSameSecret } from './same-secret.js';

/** The operators' key, compared in constant time. */
export class OperatorKey {
  constructor(private readonly key: string) {}

  /** True for the key itself. */
  matches(token: string | undefined): boolean {
    return isSameSecret(token, this.key);
  }
}

/** The token of an `Authorization: Bearer <token>` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}
