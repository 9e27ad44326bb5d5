import fc from 'fast-check';
import type { Operation } from '../../src/api-docs/operation.js';
import { ABUSED_ENV, Abuser, OPERATIONS } from '../support/abuse/abuser.js';
import { almost } from '../support/abuse/by-schema.js';
import { IN_THREADS } from '../support/abuse/judge.js';
import { asRequest } from '../support/abuse/naughty-requests.js';
import { secretsOf, toldIn } from '../support/abuse/secrets-of.js';
import { residentMb } from '../support/abuse/resident.js';
import { useNode } from '../support/use-node.js';

/** Bodies by chance, to each operation that takes one. */
const CHANCES = 40;
/** What an API process may keep of all this, MiB. */
const GROWTH_MB = 200;

const used = useNode(ABUSED_ENV);
let abuser: Abuser;
let before: number;
beforeAll(async () => {
  abuser = await Abuser.of(used());
  before = residentMb(used().node.pid);
});
afterAll(() => abuser?.close());

const named = (operations: readonly Operation[]) =>
  operations.map((each): [string, Operation] => [`${each.method} ${each.path}`, each]);

it.each(named(OPERATIONS))('%s answers the whole corpus well', async (_name, operation) => {
  expect(await abuser.abuse(operation, { every: 1 })).toEqual([]);
});

it.each(named(OPERATIONS.filter(({ body }) => body?.['application/json'])))(
  '%s answers bodies by chance well',
  async (_name, operation) => {
    const honest = asRequest(operation, abuser.honest.get(operation)!);
    const seed = Date.now();
    const bodies = fc.sample(almost(operation.body!['application/json']!), {
      numRuns: IN_THREADS.has(operation.id) ? CHANCES / 8 : CHANCES,
      seed,
    });
    const requests = bodies.map((value) => {
      const body = JSON.stringify(value) ?? '';
      return {
        ...honest,
        name: `${body} (seed ${seed})`,
        headers: { ...honest.headers, 'content-type': 'application/json' },
        body,
      };
    });
    expect(await abuser.send(operation, requests)).toEqual([]);
  },
);

describe('after all that', () => {
  it('memory is bounded, and nothing private was told to the log', async () => {
    const { node } = used();
    expect(residentMb(node.pid) - before).toBeLessThan(GROWTH_MB);
    const log = node.log();
    const secrets = new Set([...abuser.honest.values()].flatMap(secretsOf));
    expect(toldIn(secrets, log)).toEqual([]);
    expect(log).not.toMatch(/unhandled|uncaught|INTERNAL_ERROR/i);
  });

  it('a press is taken, and says what its sender said', async () => {
    const { status, body } = await used().client.raise({ message: 'really' });
    expect({ status, body }).toMatchObject({ status: 201, body: { severity: 'high', message: 'really', test: false } });
  });
});
