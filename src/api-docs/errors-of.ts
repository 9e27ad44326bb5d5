import type { ErrorCode } from '../errors/error-codes.js';
import type { Operation } from './operation.js';

/** Every error that an operation may be answered with: its own, and those of whoever asks and sends a body. */
export function errorsOf({ method, who, body, errors }: Operation): ErrorCode[] {
  const isOpen = who.includes('anyone') || who.includes('gateway');
  const isByCookie = who.includes('session') && method !== 'GET';
  return [
    ...new Set<ErrorCode>([
      ...(body ? (['BODY_UNREADABLE', 'BODY_TOO_LARGE'] as const) : []),
      ...errors,
      ...(isOpen ? [] : (['UNAUTHENTICATED', 'FORBIDDEN'] as const)),
      ...(isByCookie && !isOpen ? (['CSRF_REFUSED'] as const) : []),
    ]),
  ];
}
