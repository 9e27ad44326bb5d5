import { randomUUID } from 'node:crypto';

/**
 * What is raised where deliveries are counted; every system gets the same. A test: of a real alert nobody takes notice
 * here, so it escalates, and that is a second event that the peers do not have.
 */
export const ALERT_BODY = {
  test: true,
  severity: 'high',
  location: { lat: -26.2041, lng: 28.0473, accuracyM: 12 },
  message: 'Two men at the gate, one is armed. Please come quickly.',
};

/**
 * A raised alert, field by field as the product has it, so that the peers store and send as many bytes. Written out
 * here, not taken from its source: a peer is a program of its own.
 */
export function raisedAlert(
  { id, at, seq },
  { severity, kind = 'panic', location, message, contact = null, test = false },
) {
  return {
    id,
    reference: `NB-${id.slice(-5)}`,
    status: 'open',
    severity,
    kind,
    location,
    trail: [],
    message,
    contact,
    test,
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
}

/** What responders get of it. */
export function alertMessage(seq, { severity, location, message }) {
  const at = new Date().toISOString();
  const alert = raisedAlert({ id: randomUUID(), at, seq }, { severity, location, message });
  return { seq, type: 'alert.raised', at, alert, actor: { kind: 'reporter' } };
}
