import { errorsOf } from '../../src/api-docs/errors-of.js';
import type { Example, Operation } from '../../src/api-docs/operation.js';
import { OPERATION_GROUPS } from '../../src/api-docs/operations.js';
import { addressOf } from '../../src/api-docs/curl.js';
import { fillIn, sampleOf } from '../../src/api-docs/placeholders.js';
import { EXAMPLE_CODE } from '../../src/contacts/contacts.operations.js';
import { ERRORS } from '../../src/errors/error-codes.js';
import type { Answer } from '../support/alerts-client.js';
import { ApiExamples } from '../support/api-examples.js';
import { DescribedApi } from '../support/described-api.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';
import { sendCodesAs } from '../support/sent-codes.js';

const SECRET = 'secret-of-the-gateways-in-tests';
const used = useNode({
  NABOOM_TRUSTED_PROXIES: '127.0.0.1',
  NABOOM_INBOUND_SECRET: SECRET,
  // No worker runs: nothing is sent.
  NABOOM_SMTP_HOST: 'mail.example',
  NABOOM_MAIL_FROM: 'alerts@example.org',
});
let examples: ApiExamples;
let api: DescribedApi;

beforeAll(async () => {
  await sendCodesAs(EXAMPLE_CODE, used().databaseUrl);
  examples = new ApiExamples(used().node.url, OPERATION_GROUPS, {
    operatorKey: TEST_OPERATOR_KEY,
    gatewaySecret: SECRET,
  });
  api = new DescribedApi((await used().client.ask('/docs/openapi.json')).body);
});

const OPERATIONS = OPERATION_GROUPS.flatMap(({ operations }) => operations);
const EXAMPLES = OPERATIONS.flatMap((operation) =>
  operation.examples.map((example): [string, Operation, Example] => [
    `${operation.method} ${operation.path}: ${example.name}`,
    operation,
    example,
  ]),
);

/** Where the document describes an answer, and what is wrong with it. */
function problemsOf({ method, path }: Operation, { status, headers, body }: Answer): unknown {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  if (body === '' && type === '') return null;
  const place = ['paths', path.replaceAll(/:(\w+)/g, '{$1}'), method.toLowerCase(), 'responses', String(status)];
  return api.problems([...place, 'content', type, 'schema'], body);
}

describe('every example of the API', () => {
  it.each(EXAMPLES)('%s', async (_name, operation, example) => {
    const answer = await examples.run(operation, example);
    const { status, code } = example;
    expect({ status: answer.status, code: answer.body?.code }).toEqual({ status, code });
    expect(problemsOf(operation, answer)).toBeNull();
  });

  it('shows a success first, and one for every operation', () => {
    const failing = OPERATIONS.filter(({ examples: [first] }) => first.status >= 400).map(({ id }) => id);
    expect(failing).toEqual([]);
    expect(new Set(OPERATIONS.map(({ id }) => id)).size).toBe(OPERATIONS.length);
  });

  it('names only errors that its operation has, with their status', () => {
    const wrong = EXAMPLES.filter(
      ([, operation, { code, status }]) =>
        code && !(errorsOf(operation).includes(code) && ERRORS[code].status === status),
    );
    expect(wrong.map(([name]) => name)).toEqual([]);
  });
});

describe('the documents', () => {
  it.each(['/docs', '/docs/openapi.json', '/docs/asyncapi.json'])(
    '%s is compressed, and not sent again',
    async (path) => {
      const first = await used().client.ask(path, { headers: { 'accept-encoding': 'gzip' } });
      expect(first.headers.get('content-encoding')).toBe('gzip');
      const again = await used().client.ask(path, { headers: { 'if-none-match': first.headers.get('etag')! } });
      expect({ status: again.status, body: again.body }).toEqual({ status: 304, body: '' });
    },
  );
});

describe('who may ask', () => {
  const closed = OPERATIONS.filter(({ who }) => !who.includes('anyone') && !who.includes('gateway'));

  it.each(closed.map((each): [string, Operation] => [`${each.method} ${each.path}`, each]))(
    '%s is not for nobody',
    async (_name, operation) => {
      const [first] = operation.examples;
      const answer = await used().client.ask(addressOf(operation.path, first, sampleOf), {
        method: operation.method,
        ...(first.json === undefined ? {} : { body: JSON.stringify(fillIn(first.json, sampleOf)) }),
      });
      expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
      expect(problemsOf(operation, answer)).toBeNull();
    },
  );
});
