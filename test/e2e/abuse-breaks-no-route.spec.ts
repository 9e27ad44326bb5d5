import type { Operation } from '../../src/api-docs/operation.js';
import { OPERATION_GROUPS } from '../../src/api-docs/operations.js';
import { EXAMPLE_CODE } from '../../src/contacts/contacts.operations.js';
import { faultsOf } from '../support/abuse/judge.js';
import { naughtyRequests } from '../support/abuse/naughty-requests.js';
import { Dealer } from '../support/abuse/naughty-values.js';
import { BareSender } from '../support/abuse/send.js';
import { ApiExamples } from '../support/api-examples.js';
import { DescribedApi } from '../support/described-api.js';
import { sendCodesAs } from '../support/sent-codes.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

const OPERATIONS = OPERATION_GROUPS.flatMap(({ operations }) => operations);
const AT_ONCE = 8;
const SECRET = 'secret-of-the-gateways-in-tests';

const used = useNode({
  NABOOM_TRUSTED_PROXIES: '127.0.0.1',
  NABOOM_INBOUND_SECRET: SECRET,
  NABOOM_SMTP_HOST: 'mail.example',
  NABOOM_MAIL_FROM: 'alerts@example.org',
});
const dealer = new Dealer();
let examples: ApiExamples;
let api: DescribedApi;
let sender: BareSender;

beforeAll(async () => {
  await sendCodesAs(EXAMPLE_CODE, used().databaseUrl);
  examples = new ApiExamples(used().node.url, OPERATION_GROUPS, {
    operatorKey: TEST_OPERATOR_KEY,
    gatewaySecret: SECRET,
  });
  api = new DescribedApi((await used().client.ask('/docs/openapi.json')).body);
  sender = new BareSender(used().node.url);
});
afterAll(() => sender?.close());

async function abuse(operation: Operation): Promise<{ sent: number; faults: string[] }> {
  const example = await examples.prepared({ ...operation.examples[0], alone: true });
  const requests = [...naughtyRequests(operation, example, dealer)];
  const faults: string[] = [];
  const worker = async (left: Iterator<(typeof requests)[number]>) => {
    for (let next = left.next(); !next.done; next = left.next()) {
      // From a place each: what one address may ask in a minute is not what this is about.
      const [a, b, c] = crypto.getRandomValues(new Uint8Array(3));
      const { value } = next;
      const request = {
        ...value,
        headers: {
          ...value.headers,
          'x-forwarded-for':
            value.headers['x-forwarded-for'] === example.address
              ? `10.${a}.${b}.${c}`
              : value.headers['x-forwarded-for']!,
        },
      };
      try {
        faults.push(...faultsOf(operation, request, await sender.send(request), api));
      } catch (error) {
        faults.push(`${operation.method} ${operation.path}, ${request.name.slice(0, 120)}: ${String(error)}`);
      }
    }
  };
  const left = requests.values();
  await Promise.all(Array.from({ length: AT_ONCE }, () => worker(left)));
  return { sent: requests.length, faults };
}

describe('whatever anybody sends', () => {
  it.each(OPERATIONS.map((each): [string, Operation] => [`${each.method} ${each.path}`, each]))(
    'to %s is answered well',
    async (_name, operation) => {
      const { sent, faults } = await abuse(operation);
      expect(sent).toBeGreaterThan(20);
      expect(faults).toEqual([]);
    },
  );
});
