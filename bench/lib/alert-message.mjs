import { randomUUID } from 'node:crypto';

/** What a load raises; every system gets the same. */
export const ALERT_BODY = {
  severity: 'high',
  location: { lat: -26.2041, lng: 28.0473, accuracyM: 12 },
  message: 'Two men at the gate, one is armed. Please come quickly.',
};

/**
 * What responders get of a raised alert: field by field as the product sends it, so that the peers put the same bytes
 * on the wire.
 */
export function alertMessage(seq, { severity, location, message }) {
  const at = new Date().toISOString();
  const alert = {
    id: randomUUID(),
    reference: 'NB-7K3F2',
    status: 'open',
    severity,
    kind: 'panic',
    location,
    trail: [],
    message,
    contact: null,
    test: false,
    verified: true,
    repeatCount: 0,
    openedAt: at,
    pressedAt: at,
    updatedAt: at,
    seq,
    acknowledgements: [],
    closing: null,
    own: { location, message },
  };
  return { seq, type: 'alert.raised', at, alert, actor: { kind: 'reporter' } };
}
