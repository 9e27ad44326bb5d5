import type { ClientEvent, ServerEvent } from '../realtime/described-events.js';
import { ERRORS } from '../errors/error-codes.js';
import type { z } from 'zod';
import { fillIn, sampleOf } from './placeholders.js';
import { problemSchema } from './problem.schema.js';
import { SchemaBook } from './schema-book.js';

/** What is described. */
export interface DescribedSockets {
  readonly handshake: z.ZodType;
  readonly server: Readonly<Record<string, ServerEvent>>;
  readonly client: Readonly<Record<string, ClientEvent>>;
}

const CHANNEL = 'sockets';
/** Keys are words, and an event may go both ways; its own name stands in `name`. */
const wordOf = (event: string) => event.replaceAll(':', '.');
const sentKey = (event: string) => `server.${wordOf(event)}`;
const askedKey = (event: string) => `client.${wordOf(event)}`;
const answerKey = (event: string) => `${askedKey(event)}.answer`;
const messageRef = (key: string) => ({ $ref: `#/channels/${CHANNEL}/messages/${key}` });

/** The description of the socket events as AsyncAPI 3.0, from the side of the server. */
export function asyncApiDocument({ handshake, server, client }: DescribedSockets, version: string) {
  const book = new SchemaBook();
  const auth = book.of(handshake, 'input');
  const messages = {
    ...mapEntries(server, (event, described) => [sentKey(event), sentMessage(event, described, book)]),
    ...mapEntries(client, (event, described) => [askedKey(event), receivedMessage(event, described, book)]),
    ...mapEntries(client, (event, described) => [answerKey(event), answerMessage(event, described, book)]),
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Naboom Realtime',
      version,
      description:
        'Socket.IO 4, path /socket.io, namespace /. Keep the `seq` of the last `snapshot` or `alert`, drop an `alert` ' +
        'whose `seq` is not greater, and send the kept number as `cursor` when you connect again.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      socketio: {
        host: '{host}',
        pathname: '/socket.io',
        protocol: 'wss',
        variables: { host: { default: 'localhost:3000' } },
      },
    },
    channels: {
      [CHANNEL]: {
        address: '/',
        description: 'One connection. `auth` of the handshake is the schema `Handshake`.',
        messages,
      },
    },
    operations: { ...sendOperations(server), ...receiveOperations(client) },
    components: { schemas: { Handshake: auth, ...book.components } },
  };
}

function sendOperations(server: DescribedSockets['server']) {
  return mapEntries(server, (event, { summary }) => [
    `send.${wordOf(event)}`,
    { action: 'send', channel: { $ref: `#/channels/${CHANNEL}` }, summary, messages: [messageRef(sentKey(event))] },
  ]);
}

function receiveOperations(client: DescribedSockets['client']) {
  return mapEntries(client, (event, { summary, who, errors }) => [
    `receive.${wordOf(event)}`,
    {
      action: 'receive',
      channel: { $ref: `#/channels/${CHANNEL}` },
      summary,
      description: [`For ${who}. Its callback is always called once.`, ...errors.map(explained)].join('\n\n'),
      messages: [messageRef(askedKey(event))],
      reply: { channel: { $ref: `#/channels/${CHANNEL}` }, messages: [messageRef(answerKey(event))] },
    },
  ]);
}

const explained = (code: ClientEvent['errors'][number]) => `\`${code}\`: ${ERRORS[code].title}.`;

function sentMessage(name: string, { summary, payload }: ServerEvent, book: SchemaBook) {
  return { name, summary, payload: book.of(payload, 'output') };
}

function receivedMessage(name: string, { summary, payload, examples }: ClientEvent, book: SchemaBook) {
  const shown = examples
    .filter(({ code }) => code === undefined)
    .map((example) => ({ name: example.name, payload: fillIn(example.payload, sampleOf) }));
  return { name, summary, payload: book.of(payload, 'input'), examples: shown };
}

function answerMessage(event: string, { answer }: ClientEvent, book: SchemaBook) {
  const payload = { anyOf: [book.of(answer, 'output'), book.of(problemSchema, 'output')] };
  return { name: `${event} (answer)`, summary: 'Through the callback: what HTTP answers, or a problem', payload };
}

function mapEntries<T, R>(record: Readonly<Record<string, T>>, entry: (key: string, value: T) => [string, R]) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => entry(key, value)));
}
