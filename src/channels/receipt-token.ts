import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const SIGNATURE_BYTES = 18;
/** Quiet hours may hold a message for a day; whoever says later that it has come tells nobody anything. */
const VALID_MS = 3 * 86_400_000;
/** A clock of another server may be ahead. */
const AHEAD_MS = 60 * 60_000;

/**
 * The key that receipts of deliveries are signed with. Processes that sign hold it, and not the operator key that it is
 * made of; a new operator key ends what was signed before.
 */
export function receiptKey(operatorKey: string): Buffer {
  return Buffer.from(hkdfSync('sha256', operatorKey, '', 'naboom delivery receipts', 32));
}

/**
 * What a message carries so that the device can say that it has come. Signed, not stored.
 * Form: `<delivery id, 32 hex>.<signature>`
 */
export function signReceipt(key: Buffer, deliveryId: string): string {
  const hex = deliveryId.replaceAll('-', '').toLowerCase();
  return `${hex}.${sign(key, hex).toString('base64url')}`;
}

/** The delivery that a token is the receipt of; undefined when it is not one of ours, or too old. */
export function readReceipt(key: Buffer, token: string, now: Date): string | undefined {
  const [, hex = '', signature = ''] = /^([0-9a-f]{32})\.([\w-]{24})$/.exec(token) ?? [];
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, sign(key, hex))) return undefined;
  const age = now.getTime() - timeOfId(hex);
  if (age > VALID_MS || age < -AHEAD_MS) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** When a UUIDv7 was made, ms. */
function timeOfId(hex: string): number {
  return Number.parseInt(hex.slice(0, 12), 16);
}

function sign(key: Buffer, hex: string): Buffer {
  return createHmac('sha256', key).update(hex).digest().subarray(0, SIGNATURE_BYTES);
}
