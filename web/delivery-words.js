const ENDS = {
  pending: 'on its way',
  held: 'waits until quiet hours end',
  delivered: 'handed over',
  dead: 'could not be sent',
  skipped: 'not sent',
};

/** How far one message came, as the end of a sentence. */
export function deliveryWords({ status, receivedAt, reason }) {
  if (receivedAt) return 'arrived';
  const why = reason && status !== 'delivered' ? `: ${reason}` : '';
  return `${ENDS[status] ?? status}${why}`;
}
