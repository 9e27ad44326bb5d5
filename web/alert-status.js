/** Open in the sense of the product: somebody may still need help. */
export function isOpen({ status }) {
  return status === 'open' || status === 'acknowledged';
}

/** Raised to try out who is reached; nobody needs help. */
export function isDrill({ test, message }) {
  return test && /^DRILL\b/.test(message ?? '');
}
