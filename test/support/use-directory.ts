import { randomUUID } from 'node:crypto';
import type { Answer } from './alerts-client.js';
import { PlantedPeople } from './planted-people.js';
import { TEST_OPERATOR_KEY } from './test-node.js';
import { useNode, type UsedNode } from './use-node.js';

/** Who asks; undefined: nobody in particular. */
export type Who = { readonly token: string } | undefined;

export const operator: Who = { token: TEST_OPERATOR_KEY };

/** An API node, people who are signed in on it, and what they ask. */
export interface Directory extends Pick<UsedNode, 'node' | 'client' | 'databaseUrl'> {
  readonly planted: PlantedPeople;
  readonly ask: (who: Who, method: string, path: string, body?: unknown) => Promise<Answer>;
  /** A new organisation of a name of its own, made over HTTP. */
  readonly organisation: () => Promise<string>;
}

/** The status of an answer; of an error with its code. */
export const outcome = ({ status, body }: Answer): number | string =>
  status < 400 ? status : `${status} ${body.code}`;

/** Starts them (with more of `env`) before the tests of this file and ends them afterwards; call the result inside a test. */
export function useDirectory(env: Readonly<Record<string, string>> = {}): () => Directory {
  let used: Directory | undefined;
  // Jest runs these in the order in which they stand: before the database is dropped.
  afterAll(() => used?.planted.close());
  const node = useNode(env);
  beforeAll(() => void (used = directoryOf(node(), new PlantedPeople(node().databaseUrl))));
  return () => {
    if (!used) throw new Error('the node is there only while tests run');
    return used;
  };
}

function directoryOf({ node, client, databaseUrl }: UsedNode, planted: PlantedPeople): Directory {
  const ask: Directory['ask'] = (who, method, path, body) =>
    client.ask(`/api/v1${path}`, {
      method,
      headers: {
        ...(who ? { authorization: `Bearer ${who.token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const organisation = async () => {
    const { status, body } = await ask(operator, 'POST', '/organisations', { name: `Watch ${randomUUID()}` });
    if (status !== 201) throw new Error(`no organisation: ${status}`);
    return body.id as string;
  };
  return { node, client, databaseUrl, planted, ask, organisation };
}
