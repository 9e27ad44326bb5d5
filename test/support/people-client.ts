import { randomInt } from 'node:crypto';
import { AlertsClient, type Answer } from './alerts-client.js';

export const PASSWORD = 'correct horse battery';

/** What a request is sent with beside its body. */
export interface AskOptions {
  /** Session token, API key or operator key. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Who a proxy says it comes from; some address of its own when absent (NABOOM_TRUSTED_PROXIES=127.0.0.1). */
  readonly from?: string;
}

/** Speaks to the routes of people. */
export class PeopleClient {
  readonly #client: AlertsClient;

  constructor(url: string) {
    this.#client = new AlertsClient(url);
  }

  send(method: string, path: string, body?: unknown, { token, headers, from }: AskOptions = {}): Promise<Answer> {
    return this.#client.ask(`/api/v1${path}`, {
      method,
      headers: {
        'x-forwarded-for': from ?? anAddress(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  register(email: string, from?: string): Promise<Answer> {
    const body = { name: `Name of ${email}`, email, password: PASSWORD };
    return this.send('POST', '/auth/register', body, from === undefined ? {} : { from });
  }

  login(login: string, password = PASSWORD, options: AskOptions = {}): Promise<Answer> {
    return this.send('POST', '/auth/login', { login, password }, options);
  }

  /** Registers and signs in. */
  async join(email: string): Promise<{ id: string; token: string }> {
    await this.register(email);
    const { body } = await this.login(email);
    return { id: body.user.id, token: body.token };
  }

  me(token: string): Promise<Answer> {
    return this.send('GET', '/auth/me', undefined, { token });
  }
}

/** An address that no other test uses, as far as chance goes. */
export function anAddress(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
}
