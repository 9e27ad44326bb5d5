/** A text message that somebody sent us. */
export interface InboundSms {
  /** The sender as the gateway names it. */
  readonly from: string | undefined;
  readonly text: string;
  /** The gateway's id of the message: it sends the same one again when it heard no answer. */
  readonly id: string | undefined;
}

/** What a gateway gets as the answer to its request. */
export interface GatewayReply {
  readonly type: string;
  readonly body: string;
}

/** One provider of SMS: how it tells of messages, and what it wants to hear. */
export interface SmsGateway {
  /** The messages in the body of a request; none when it tells of something else, such as a delivery. */
  read(body: unknown): readonly InboundSms[];
  /** @param texts what to tell each sender; the gateway sends them where it can do so with its answer */
  reply(texts: readonly string[]): GatewayReply;
}

/** For gateways that only want to know that we have it. */
export const RECEIVED: GatewayReply = { type: 'application/json; charset=utf-8', body: '{"received":true}' };
