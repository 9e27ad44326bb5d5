import { randomBytes } from 'node:crypto';
import { addressOf } from '../../src/api-docs/curl.js';
import type { Example, Operation, OperationGroup } from '../../src/api-docs/operation.js';
import { fillIn, placeholdersOf } from '../../src/api-docs/placeholders.js';
import { AlertsClient, type Answer, type Json } from './alerts-client.js';

/** What happened for one example: answers by operation, and a word that is its own. */
interface Story {
  readonly answers: Map<string, Answer>;
  readonly random: string;
  /** From where it asks: what one address may do in a minute is not what this is about. */
  readonly address: string;
}

function newStory(): Story {
  const [a, b, c] = randomBytes(3);
  return { answers: new Map(), random: randomBytes(4).toString('hex'), address: `10.${a}.${b}.${c}` };
}

/** An example without placeholders. */
export type PreparedExample = Omit<Example, 'as' | 'after'> & { readonly address: string };

/** How `fetch` sends an example. */
export function requestOf({ method, path }: Operation, example: PreparedExample): [string, RequestInit] {
  const { bearer, headers, json, form, text, address } = example;
  const type = json === undefined ? text?.type : 'application/json';
  const body = json === undefined ? (form ? new URLSearchParams(form) : text?.content) : JSON.stringify(json);
  return [
    addressOf(path, example, (name) => name),
    {
      method,
      redirect: 'manual',
      headers: {
        ...(type ? { 'content-type': type } : {}),
        ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
        'x-forwarded-for': address,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    },
  ];
}

/** Sends the examples of the API's description to a node, each after whatever it needs. */
export class ApiExamples {
  /** By the name that placeholders have for it. */
  readonly #named: ReadonlyMap<string, readonly [Operation, Example]>;
  readonly #client: AlertsClient;
  readonly #shared = newStory();

  constructor(
    url: string,
    groups: readonly OperationGroup[],
    private readonly given: Readonly<Record<string, string>>,
  ) {
    this.#client = new AlertsClient(url);
    this.#named = new Map(
      groups
        .flatMap(({ operations }) => operations)
        .flatMap((operation) =>
          operation.examples.map((example, index): [string, readonly [Operation, Example]] => [
            example.as ?? (index === 0 ? operation.id : ''),
            [operation, example],
          ]),
        ),
    );
  }

  /** Does what an example needs, then sends it. */
  async run(operation: Operation, example: Example): Promise<Answer> {
    if (!operation.once || example !== operation.examples[0]) return this.#send(operation, example, newStory());
    await this.#prepare([operation.id], this.#shared, false);
    return this.#shared.answers.get(operation.id)!;
  }

  /** The value with its placeholders filled in, after the operations that they name, and those of `after`. */
  async filled<T>(value: T, after: readonly string[] = []): Promise<T> {
    const story = newStory();
    await this.#prepare([...after, ...placeholdersOf(value)], story, false);
    return fillIn(value, (name) => this.#valueOf(name, story, false));
  }

  /** An example with all that it names filled in and done, as somebody else may send it. */
  async prepared(example: Example): Promise<PreparedExample> {
    return this.#ready(example, newStory());
  }

  async #send(operation: Operation, example: Example, story: Story, alone = example.alone ?? false): Promise<Answer> {
    return this.#client.ask(...requestOf(operation, await this.#ready(example, story, alone)));
  }

  async #ready(example: Example, story: Story, alone = example.alone ?? false): Promise<PreparedExample> {
    const { after = [], name, as: _as, ...sent } = example;
    await this.#prepare([...after, ...placeholdersOf(sent)], story, alone);
    return { name, ...fillIn(sent, (placeholder) => this.#valueOf(placeholder, story, alone)), address: story.address };
  }

  /** Runs the first example of each operation that is named and has not happened in this story yet. */
  async #prepare(names: readonly string[], story: Story, alone: boolean): Promise<void> {
    for (const name of names) {
      const id = name.split('.')[0]!;
      const [operation, example] = this.#named.get(id) ?? [];
      if (!operation || !example) {
        if (id === 'random' || id in this.given) continue;
        throw new Error(`an example names ${id}, which is no operation`);
      }
      const place = this.#storyOf(operation, story, alone);
      if (place.answers.has(id)) continue;
      const answer = await this.#send(operation, example, place, alone);
      if (answer.status !== example.status) {
        throw new Error(`${id} was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
      }
      place.answers.set(id, answer);
    }
  }

  #storyOf({ once }: Operation, story: Story, alone: boolean): Story {
    return once && !alone ? this.#shared : story;
  }

  #valueOf(name: string, story: Story, alone: boolean): unknown {
    if (name === 'random') return story.random;
    if (name in this.given) return this.given[name];
    const [id, ...fields] = name.split('.') as [string, ...string[]];
    const { body } = this.#storyOf(this.#named.get(id)![0], story, alone).answers.get(id)!;
    const value = fields.reduce<Json>((part, field) => part?.[field], body);
    if (value === undefined || value === null) throw new Error(`the answer to ${id} has no ${fields.join('.')}`);
    return value;
  }
}
