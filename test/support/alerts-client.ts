import { TEST_OPERATOR_KEY } from './test-node.js';

export const ALERTS_PATH = '/api/v1/emergency/alerts';
const AS_OPERATOR = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };

// Bodies are what the tests are about, so they stay as loose as JSON.
export type Json = ReturnType<typeof JSON.parse>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Speaks to one node over HTTP, as a person in danger or as an operator. */
export class AlertsClient {
  constructor(private readonly url: string) {}

  async ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url + path, init);
    const text = await response.text();
    const body: Json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  }

  /** Raises with a JSON body. */
  raise(body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const json = { 'content-type': 'application/json', ...headers };
    return this.ask(ALERTS_PATH, { method: 'POST', headers: json, body: JSON.stringify(body) });
  }

  /** Takes an operator's step, with or without a body. */
  step(id: string, name: string, body?: unknown): Promise<Answer> {
    const json = body ? { 'content-type': 'application/json' } : {};
    return this.ask(`${ALERTS_PATH}/${id}/${name}`, {
      method: 'POST',
      headers: { ...AS_OPERATOR, ...json } as Record<string, string>,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  /** Reads as an operator. */
  get(path: string): Promise<Answer> {
    return this.ask(path, { headers: AS_OPERATOR });
  }
}
