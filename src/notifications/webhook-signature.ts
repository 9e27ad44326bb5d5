import { createHmac } from 'node:crypto';

/** What is signed, per Standard Webhooks: the id, the time and the very bytes of the body. */
export interface SignedParts {
  readonly id: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly body: string;
}

/** The headers of Standard Webhooks (https://www.standardwebhooks.com); `secret` is `whsec_` + base64. */
export function signatureHeaders(secret: string, { id, timestamp, body }: SignedParts): Record<string, string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
