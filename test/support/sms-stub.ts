import type { ServerResponse } from 'node:http';
import type { SmsProvider } from '../../src/config/channel-vars.js';
import { startHttpStub, type StubRequest } from './http-stub.js';

/** A text message as a provider took it. */
export interface TakenText {
  readonly provider: SmsProvider;
  readonly to: string;
  readonly text: string;
  readonly from: string | undefined;
  /** What the provider knows it by, where it knows such a thing. */
  readonly reference: string | undefined;
}

/** `hang`: takes it and does not answer. */
export type StubBehaviour = 'take' | 'hang' | { readonly status: number; readonly retryAfter?: string } | 'bad number';

export interface SmsStub {
  readonly origin: string;
  /** Also those that it hung or failed on, in order. */
  readonly asked: TakenText[];
  readonly taken: TakenText[];
  /** Requests that none of the providers would have understood. */
  readonly refused: StubRequest[];
  readonly behaviour: Partial<Record<SmsProvider, StubBehaviour>>;
  /** What an answer waits for; nothing at first. */
  beforeAnswer: (text: TakenText) => Promise<void> | undefined;
  /** Settings of a process that sends by it. */
  readonly env: Record<string, string>;
  close(): Promise<void>;
}

interface Understood {
  readonly text: TakenText;
  /** Answers of this provider. */
  readonly ok: { readonly status: number; readonly body: object };
  readonly badNumber: { readonly status: number; readonly body: object };
}

const basic = (name: string, secret: string) => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`;

/** Four providers on one server: each understands its own requests with its own keys, and nothing else. */
export async function startSmsStub(): Promise<SmsStub> {
  const stub = { asked: [] as TakenText[], taken: [] as TakenText[], refused: [] as StubRequest[] };
  const behaviour: SmsStub['behaviour'] = {};
  let count = 0;
  const server = await startHttpStub((request, response) => {
    const understood = understand(request, `ref-${(count += 1)}`);
    if (!understood) {
      stub.refused.push(request);
      return void response.writeHead(401).end();
    }
    const { text } = understood;
    stub.asked.push(text);
    const how = behaviour[text.provider] ?? 'take';
    if (how === 'hang') return;
    void Promise.resolve(whole.beforeAnswer(text)).then(() => {
      if (how === 'take') stub.taken.push(text);
      answer(response, how, understood);
    });
  });
  const whole: SmsStub = {
    ...stub,
    behaviour,
    beforeAnswer: () => undefined,
    origin: server.origin,
    env: {
      NABOOM_SMS_FROM: 'Naboom',
      NABOOM_CLICKATELL_API_KEY: 'clickatell-key',
      NABOOM_CLICKATELL_URL: server.origin,
      NABOOM_AFRICASTALKING_USERNAME: 'at-user',
      NABOOM_AFRICASTALKING_API_KEY: 'at-key',
      NABOOM_AFRICASTALKING_URL: server.origin,
      NABOOM_BULKSMS_TOKEN_ID: 'bulk-id',
      NABOOM_BULKSMS_TOKEN_SECRET: 'bulk-secret',
      NABOOM_BULKSMS_URL: server.origin,
      NABOOM_TWILIO_ACCOUNT_SID: 'AC1',
      NABOOM_TWILIO_AUTH_TOKEN: 'twilio-token-of-tests',
      NABOOM_TWILIO_URL: server.origin,
    },
    close: () => server.close(),
  };
  return whole;
}

function answer(response: ServerResponse, how: Exclude<StubBehaviour, 'hang'>, { ok, badNumber }: Understood): void {
  if (typeof how === 'object') {
    response.writeHead(how.status, how.retryAfter ? { 'retry-after': how.retryAfter } : {}).end('{}');
    return;
  }
  const { status, body } = how === 'take' ? ok : badNumber;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function understand(request: StubRequest, ref: string): Understood | undefined {
  switch (request.path) {
    case '/messages':
      return clickatell(request, ref);
    case '/v1/messages':
      return bulksms(request, ref);
    case '/version1/messaging':
      return africastalking(request, ref);
    case '/2010-04-01/Accounts/AC1/Messages.json':
      return twilio(request, ref);
    default:
      return undefined;
  }
}

function clickatell({ headers, body }: StubRequest, ref: string): Understood | undefined {
  if (headers.authorization !== 'clickatell-key' || headers['content-type'] !== 'application/json') return undefined;
  const { to, content, from, clientMessageId } = JSON.parse(String(body)) as Record<string, string & string[]>;
  if (to?.length !== 1 || !/^\d{9,15}$/.test(to[0] ?? '') || typeof content !== 'string') return undefined;
  return {
    text: { provider: 'clickatell', to: `+${to[0]}`, text: content, from, reference: clientMessageId },
    ok: { status: 202, body: { messages: [{ apiMessageId: ref, accepted: true, to: to[0], errorCode: null }] } },
    badNumber: { status: 202, body: { messages: [{ apiMessageId: null, accepted: false, errorCode: 105 }] } },
  };
}

function bulksms({ headers, query, body }: StubRequest, ref: string): Understood | undefined {
  if (headers.authorization !== basic('bulk-id', 'bulk-secret')) return undefined;
  const { to, body: text, from } = JSON.parse(String(body)) as Record<string, string>;
  const reference = query.get('deduplication-id') ?? '';
  if (!/^\+\d{9,15}$/.test(to ?? '') || !(Number(reference) < 2 ** 31) || !/^\d+$/.test(reference)) return undefined;
  return {
    text: { provider: 'bulksms', to: to!, text: text!, from, reference },
    ok: { status: 201, body: [{ id: ref, type: 'SENT', to, body: text }] },
    badNumber: { status: 400, body: { status: 400, title: 'Bad Request', type: 'x' } },
  };
}

function africastalking({ headers, body }: StubRequest, ref: string): Understood | undefined {
  const form = new URLSearchParams(String(body));
  if (headers['apikey'] !== 'at-key' || form.get('username') !== 'at-user' || !form.get('to')) return undefined;
  if (headers.accept !== 'application/json' || form.get('bulkSMSMode') !== '1') return undefined;
  const told = (recipient: object) => ({ SMSMessageData: { Message: 'Sent to 1/1', Recipients: [recipient] } });
  const from = form.get('from') ?? undefined;
  return {
    text: { provider: 'africastalking', to: form.get('to')!, text: form.get('message')!, from, reference: undefined },
    ok: { status: 201, body: told({ statusCode: 101, status: 'Success', messageId: ref, number: form.get('to') }) },
    badNumber: { status: 201, body: told({ statusCode: 403, status: 'InvalidPhoneNumber', messageId: 'None' }) },
  };
}

function twilio({ headers, body }: StubRequest, ref: string): Understood | undefined {
  const form = new URLSearchParams(String(body));
  if (headers.authorization !== basic('AC1', 'twilio-token-of-tests') || !form.get('To')) return undefined;
  const report = form.get('StatusCallback');
  const reference = report ? (new URL(report).searchParams.get('delivery') ?? undefined) : undefined;
  const from = form.get('From') ?? undefined;
  return {
    text: { provider: 'twilio', to: form.get('To')!, text: form.get('Body')!, from, reference },
    ok: { status: 201, body: { sid: ref, status: 'queued', error_code: null } },
    badNumber: { status: 400, body: { code: 21211, message: "The 'To' number is not valid", status: 400 } },
  };
}
