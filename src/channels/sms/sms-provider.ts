import type { SmsProvider as SmsProviderName } from '../../config/channel-vars.js';
import type { Clock } from '../../clock.js';
import type { SendOutcome } from '../channel-sender.js';

/** One text message. */
export interface TextMessage {
  /** E.164. */
  readonly to: string;
  readonly text: string;
  /** Id of the delivery: the same for every attempt. */
  readonly reference: string;
}

/** Somebody who sends text messages for us. Rejects with errors of the connection; answers are outcomes. */
export interface SmsProvider {
  readonly name: SmsProviderName;
  send(message: TextMessage, signal: AbortSignal): Promise<SendOutcome>;
}

/** Where the API of a provider is, and the name or number that messages come from. */
export interface ProviderAccess {
  readonly url: string;
  readonly from?: string | undefined;
  readonly clock: Clock;
}
