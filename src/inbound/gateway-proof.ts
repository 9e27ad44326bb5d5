import { createHmac } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { isSameSecret } from '../auth/same-secret.js';
import type { EnvValues } from '../config/env-vars.js';
import { AppError } from '../errors/app-error.js';
import { isSignedByTwilio, type SignedRequest } from './twilio-signature.js';

/** What a gateway's request brings to show that it is one. */
export interface GatewayRequest extends Omit<SignedRequest, 'form'> {
  readonly gateway: string;
  /** Secret in the path or the query of the address that it was told to call. */
  readonly secret: string | undefined;
  readonly body: unknown;
}

type Secrets = Pick<EnvValues, 'NABOOM_INBOUND_SECRET' | 'NABOOM_TWILIO_AUTH_TOKEN'>;

/** Lets in gateways alone: whoever could pretend to be one could press in the name of any phone. */
export class GatewayProof {
  readonly #logger = new Logger('Gateways');

  constructor(private readonly secrets: Secrets) {}

  /**
   * Gives the names of its messages, as idempotency keys that nobody can guess who does not know the secret.
   * @throws AppError GATEWAY_OFF or GATEWAY_REFUSED
   */
  require(request: GatewayRequest): (messageId: string | undefined) => string | undefined {
    const secret = this.#provenBy(request);
    return (messageId) =>
      messageId ? createHmac('sha256', secret).update(`${request.gateway}\n${messageId}`).digest('hex') : undefined;
  }

  #provenBy({ gateway, secret, body, ...request }: GatewayRequest): string {
    const { NABOOM_INBOUND_SECRET: shared, NABOOM_TWILIO_AUTH_TOKEN: authToken } = this.secrets;
    if (gateway === 'twilio' && authToken) {
      const form = body instanceof URLSearchParams ? body : new URLSearchParams();
      if (isSignedByTwilio(authToken, { ...request, form })) return authToken;
    } else {
      if (!shared) throw new AppError('GATEWAY_OFF');
      if (isSameSecret(secret, shared)) return shared;
    }
    // A gateway that is set up wrongly loses the calls of people: somebody must see it.
    this.#logger.warn({ gateway }, 'a request to a gateway address was refused: its secret or signature is wrong');
    throw new AppError('GATEWAY_REFUSED');
  }
}
