import { addressOf } from '../../../src/api-docs/curl.js';
import type { Operation } from '../../../src/api-docs/operation.js';
import { SchemaBook, referredName, type JsonSchema } from '../../../src/api-docs/schema-book.js';
import { requestOf, type PreparedExample } from '../api-examples.js';
import { NAUGHTY_BODIES } from './naughty-bodies.js';
import { type Dealer, spoilt } from './naughty-values.js';

/** A request that no honest client sends. */
export interface NaughtyRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
}

const book = new SchemaBook();
const UUID = '01a20000-0000-7000-8000-000000000000';

/** The schema of an operation's JSON body, without references. */
export function bodySchemaOf({ body }: Operation): JsonSchema | undefined {
  const schema = body?.['application/json'];
  return schema === undefined
    ? undefined
    : (book.components[referredName(book.of(schema, 'input')) ?? ''] ?? book.of(schema, 'input'));
}

/** Credentials that look like ours, or like somebody else's. */
const CREDENTIALS: readonly Readonly<Record<string, string | string[]>>[] = [
  { authorization: 'Bearer' },
  { authorization: 'Bearer ' },
  { authorization: `Bearer ${'x'.repeat(7000)}` },
  { authorization: 'Basic YWRtaW46YWRtaW4=' },
  { authorization: 'Bearer \u00ff\u00fe{}' },
  { authorization: `Bearer r.${UUID.replaceAll('-', '')}.${'A'.repeat(32)}` },
  { authorization: `Bearer nbs_${'A'.repeat(43)}` },
  { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJvcGVyYXRvciJ9.' },
  { cookie: '__Host-naboom=x; naboom=x; naboom=%00; =; ;;; naboom' },
  { cookie: `naboom=${'y'.repeat(7000)}`, origin: 'https://evil.example' },
];

/** Headers that lie about where a request comes from, what it holds or how it is answered. */
const HEADERS: readonly Readonly<Record<string, string | string[]>>[] = [
  {
    'x-forwarded-for': '\u00ff, ,,, ::ffff:1.2.3.4, "; drop',
    'x-forwarded-proto': 'gopher',
    'x-forwarded-host': 'evil.example',
  },
  { 'x-forwarded-for': 'a'.repeat(4000), 'x-real-ip': '127.0.0.1', forwarded: 'for=_hidden;by=unknown' },
  { 'x-http-method-override': 'DELETE', 'x-original-url': '/metrics', 'x-rewrite-url': '/admin/queues' },
  { 'x-request-id': 'a b<script>'.repeat(100), traceparent: '00-zz-zz-zz', 'idempotency-key': '\u00ff'.repeat(300) },
  { 'idempotency-key': ['one-key-of-sixteen', 'another-key-of-16'], range: 'bytes=0-0,0-0,0-0', 'if-none-match': '*' },
  { accept: 'text/html;q=abc,,;/;*', 'accept-encoding': 'gzip;q=x,*;q=-1,br', 'accept-language': '*'.repeat(3000) },
  { origin: 'null', host: 'evil.example:99999', referer: 'javascript:1', 'sec-fetch-site': 'cross-site' },
  { 'content-type': `application/json${';a=b'.repeat(500)}` },
  { 'content-type': 'multipart/form-data; boundary=' },
  { 'content-encoding': 'gzip' },
  { expect: '100-continue', upgrade: 'h2c', connection: 'keep-alive, Upgrade, HTTP2-Settings', 'http2-settings': 'AA' },
];

const QUERIES = [
  '__proto__[polluted]=1&constructor.prototype.polluted=1',
  'limit=1&limit=2&cursor=a&cursor=b&status=open&status=x',
  'limit[$gt]=0&limit[]=1&cursor[a]=b',
  'limit=1e3&cursor=%00&since=%F0%28%8C%28&area=..%2f..%2f&severity=%',
  '&&&===;;;%00%0d%0aX-Injected:1',
  Array.from({ length: 1500 }, (_, n) => `q${n}=1`).join('&'),
];

/** What anybody might send to an operation who has what is needed for an honest request; about 60 to each. */
export function* naughtyRequests(
  operation: Operation,
  example: PreparedExample,
  dealer: Dealer,
): Iterable<NaughtyRequest> {
  const honest = asRequest(operation, example);
  yield* naughtyPaths(operation, example, dealer);
  for (const headers of [...CREDENTIALS, ...HEADERS]) {
    yield { ...honest, name: `headers ${Object.keys(headers).join()}`, headers: { ...honest.headers, ...headers } };
  }
  for (const query of QUERIES) yield { ...honest, name: 'a query', path: `${honest.path.split('?')[0]}?${query}` };
  for (const method of ['TRACE', 'PROPFIND', 'LOCK']) yield { ...honest, name: method, method };
  if (!operation.body) return;
  for (const { name, type, content } of NAUGHTY_BODIES) {
    yield { ...honest, name, headers: { ...honest.headers, 'content-type': type }, body: content };
  }
  for (const json of spoilt(example.json ?? {}, bodySchemaOf(operation), dealer)) {
    const body = JSON.stringify(json);
    yield {
      ...honest,
      name: body.slice(0, 300),
      headers: { ...honest.headers, 'content-type': 'application/json' },
      body,
    };
  }
  if (!operation.body['application/x-www-form-urlencoded']) return;
  for (const form of spoilt(example.form ?? {}, bodySchemaOf(operation), dealer)) {
    if (typeof form !== 'object' || form === null) continue;
    const body = new URLSearchParams(
      Object.entries(form).map(([key, each]): [string, string] => [
        key,
        typeof each === 'string' ? each : JSON.stringify(each),
      ]),
    ).toString();
    yield {
      ...honest,
      name: body.slice(0, 300),
      headers: { ...honest.headers, 'content-type': 'application/x-www-form-urlencoded' },
      body,
    };
  }
}

/** An honest request. */
export function asRequest(operation: Operation, example: PreparedExample): NaughtyRequest {
  const [path, { method, headers, body }] = requestOf(operation, example);
  return {
    name: 'an honest one',
    method: method!,
    path,
    headers: headers as Record<string, string>,
    ...(body === undefined ? {} : { body: body instanceof URLSearchParams ? body.toString() : (body as string) }),
  };
}

function* naughtyPaths(operation: Operation, example: PreparedExample, dealer: Dealer): Iterable<NaughtyRequest> {
  const honest = asRequest(operation, example);
  const places = { params: Object.keys(example.params ?? {}), query: Object.keys(operation.query?.shape ?? {}) };
  for (const kind of ['params', 'query'] as const) {
    for (const name of places[kind]) {
      for (let count = 0; count < 4; count += 1) {
        const text = dealer.text();
        // The path of an example is put in as it stands, its query is encoded on the way.
        const put = kind === 'params' ? encodeURIComponent(text.toWellFormed()) : text.toWellFormed();
        const path = addressOf(operation.path, { ...example, [kind]: { ...example[kind], [name]: put } }, String);
        yield { ...honest, name: `${kind} ${name} = ${put}`, path };
      }
    }
  }
}
