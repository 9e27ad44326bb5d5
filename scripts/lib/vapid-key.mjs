import { createECDH } from 'node:crypto';

const CURVE = 'prime256v1';
const PRIVATE_BYTES = 32;

/** A new private VAPID key (RFC 8292), base64url. It says who sends web push; its public half follows from it. */
export function newVapidKey() {
  const keys = createECDH(CURVE);
  keys.generateKeys();
  const key = keys.getPrivateKey();
  // Leading zeros are part of it, and OpenSSL leaves them out.
  return Buffer.concat([Buffer.alloc(PRIVATE_BYTES - key.length), key]).toString('base64url');
}

/** The public half of a private VAPID key, base64url; undefined when it is none. */
export function publicVapidKey(privateKey) {
  const key = Buffer.from(privateKey, 'base64url');
  if (!/^[\w-]{43}$/.test(privateKey) || key.length !== PRIVATE_BYTES) return undefined;
  const keys = createECDH(CURVE);
  try {
    keys.setPrivateKey(key);
  } catch {
    return undefined; // zero, or not below the order of the curve
  }
  return keys.getPublicKey('base64url');
}
