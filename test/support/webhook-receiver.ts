import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** The signing key of tests. */
export const WEBHOOK_SECRET = `whsec_${Buffer.from('a secret of thirty-two bytes ...').toString('base64')}`;

/** A webhook as a receiver got it. */
export interface ReceivedWebhook {
  readonly id: string;
  readonly path: string;
  readonly body: { type: string; timestamp: string; data: { seq: number; alert: { id: string }; code?: string } };
}

export interface WebhookReceiver {
  readonly port: number;
  /** What is verified with. */
  secret: string;
  /** What came with a right signature, in order. */
  readonly received: ReceivedWebhook[];
  /** Requests with a wrong signature. */
  readonly refused: unknown[];
  /** How the next requests are answered; 204 at first. */
  answer: (response: ServerResponse, webhook: ReceivedWebhook) => void;
  url(path?: string): string;
  close(): Promise<void>;
}

/** A real HTTP server that verifies signatures with the reference library. */
export async function startWebhookReceiver(secret: string): Promise<WebhookReceiver> {
  const receiver: Omit<WebhookReceiver, 'port' | 'url' | 'close'> = {
    secret,
    received: [],
    refused: [],
    answer: (response) => void response.writeHead(204).end(),
  };
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      try {
        const verifier = new Webhook(receiver.secret);
        const body = verifier.verify(text, request.headers as Record<string, string>) as ReceivedWebhook['body'];
        const webhook = { id: String(request.headers['webhook-id']), path: request.url ?? '', body };
        receiver.received.push(webhook);
        receiver.answer(response, webhook);
      } catch (error) {
        receiver.refused.push(error);
        response.writeHead(401).end();
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    port,
    url: (path = '/hook') => `http://127.0.0.1:${port}${path}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
