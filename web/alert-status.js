/** Open in the sense of the product: somebody may still need help. */
export function isOpen({ status }) {
  return status === 'open' || status === 'acknowledged';
}
