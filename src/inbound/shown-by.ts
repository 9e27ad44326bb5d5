import type { FastifyRequest } from 'fastify';
import { fieldsOf } from './fields.js';
import type { GatewayRequest } from './gateway-proof.js';

/** What a request shows of who sends it. */
export function shownBy(request: FastifyRequest, gateway: string, secret: string | undefined): GatewayRequest {
  const { host, originalUrl: path, headers, body, query } = request;
  const signature = headers['x-twilio-signature'];
  return {
    gateway,
    secret: secret ?? fieldsOf(query)('secret'),
    host,
    path,
    body,
    signature: typeof signature === 'string' ? signature : undefined,
  };
}
