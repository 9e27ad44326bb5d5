import type { Operation } from '../../src/api-docs/operation.js';
import { EXAMPLE_CODE } from '../../src/contacts/contacts.operations.js';
import { ABUSED_ENV, Abuser, OPERATIONS } from '../support/abuse/abuser.js';
import { secretsOf, toldIn } from '../support/abuse/secrets-of.js';
import { ALERTS_PATH } from '../support/alerts-client.js';
import { useNode } from '../support/use-node.js';

/** The others, test/chaos/abuse-breaks-nothing.spec.ts sends. */
const ONE_IN = 20;

const used = useNode(ABUSED_ENV);
let abuser: Abuser;
beforeAll(async () => {
  abuser = await Abuser.of(used());
});
afterAll(() => abuser?.close());

describe('whatever anybody sends', () => {
  it.each(OPERATIONS.map((each, n): [string, Operation, number] => [`${each.method} ${each.path}`, each, n]))(
    'to %s is answered well',
    async (_name, operation, n) => {
      expect(await abuser.abuse(operation, { every: ONE_IN, from: n })).toEqual([]);
    },
  );
});

describe('after all that', () => {
  it('a press says what its sender said, and nothing that others planted', async () => {
    const { status, body } = await used().client.raise({});
    expect({ status, body }).toMatchObject({ status: 201, body: { severity: 'high', message: null, test: false } });
  });

  it('neither logs nor figures nor errors hold a secret, a name, a number or a place', async () => {
    const { node, client } = used();
    const figures = await Promise.all(['/metrics', '/health', '/health/redis'].map((path) => client.get(path)));
    const log = node.log();
    expect(log).toContain(ALERTS_PATH);
    const secrets = new Set([...abuser.honest.values()].flatMap(secretsOf));
    expect(secrets.size).toBeGreaterThan(30);
    expect([...secrets]).toEqual(expect.arrayContaining([EXAMPLE_CODE]));
    expect(toldIn(secrets, log, figures.map(({ body }) => JSON.stringify(body)).join())).toEqual([]);
    expect(log).not.toMatch(/unhandled|uncaught|INTERNAL_ERROR/i);
  });

  it('no connection keeps the process from ending', async () => {
    const begin = performance.now();
    await used().node.stop();
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

it('a log that told a code would be seen, and one that only looks like it would not', () => {
  const secrets = ['482913', '2580'];
  expect(toldIn(secrets, '{"msg":"the code is 482913.","pin":2580}')).toEqual(secrets);
  const harmless = '{"pid":2580,"ms":482913,"reqId":"0a482913-2580-7000-8000-4829130000aa","at":"T10:25:80.482913Z"}';
  expect(toldIn(secrets, harmless)).toEqual([]);
});
