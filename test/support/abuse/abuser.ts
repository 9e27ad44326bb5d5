import { randomBytes } from 'node:crypto';
import type { Operation } from '../../../src/api-docs/operation.js';
import { OPERATION_GROUPS } from '../../../src/api-docs/operations.js';
import { EXAMPLE_CODE } from '../../../src/contacts/contacts.operations.js';
import { ApiExamples, type PreparedExample } from '../api-examples.js';
import { DescribedApi } from '../described-api.js';
import { sendCodesAs } from '../sent-codes.js';
import { TEST_OPERATOR_KEY } from '../test-node.js';
import type { UsedNode } from '../use-node.js';
import { faultsOf, IN_THREADS } from './judge.js';
import { asRequest, naughtyRequests, type NaughtyRequest } from './naughty-requests.js';
import { Dealer } from './naughty-values.js';
import { BareSender } from './send.js';

export const OPERATIONS = OPERATION_GROUPS.flatMap(({ operations }) => operations);
const GATEWAY_SECRET = 'secret-of-the-gateways-in-tests';
const AT_ONCE = 8;
/** Of an honest request that comes again and again at the same time. */
const TIMES = 4;

/** What a node needs for every operation to be there. */
export const ABUSED_ENV = {
  NABOOM_TRUSTED_PROXIES: '127.0.0.1',
  NABOOM_INBOUND_SECRET: GATEWAY_SECRET,
  NABOOM_SMTP_HOST: 'mail.example',
  NABOOM_MAIL_FROM: 'alerts@example.org',
  NABOOM_FLOOD_TOTAL: '1000000',
  NABOOM_LOG_LEVEL: 'trace',
} as const;

/** Sends to a node, with good credentials, what nobody should, and judges what comes back. */
export class Abuser {
  /** An honest request to each operation, with the people and things that it needs. */
  readonly honest = new Map<Operation, PreparedExample>();
  readonly #dealer = new Dealer();
  readonly #sender: BareSender;

  private constructor(
    private readonly api: DescribedApi,
    url: string,
  ) {
    this.#sender = new BareSender(url);
  }

  static async of({ node, client, databaseUrl }: UsedNode): Promise<Abuser> {
    await sendCodesAs(EXAMPLE_CODE, databaseUrl);
    const given = { operatorKey: TEST_OPERATOR_KEY, gatewaySecret: GATEWAY_SECRET };
    const examples = new ApiExamples(node.url, OPERATION_GROUPS, given);
    const abuser = new Abuser(new DescribedApi((await client.ask('/docs/openapi.json')).body), node.url);
    for (const operation of OPERATIONS) {
      abuser.honest.set(operation, await examples.prepared(operation.examples[0]));
    }
    return abuser;
  }

  close(): void {
    this.#sender.close();
  }

  /**
   * Sends an honest request several times at once, and one in `every` of the naughty ones.
   * @returns what was wrong with the answers
   */
  async abuse(operation: Operation, { every, from = 0 }: { every: number; from?: number }): Promise<string[]> {
    const example = this.honest.get(operation)!;
    const naughty = [...naughtyRequests(operation, example, this.#dealer)];
    const share = IN_THREADS.has(operation.id) ? every * 8 : every;
    const chosen = naughty.filter((_, index) => index % share === from % share);
    const honest = asRequest(operation, example);
    return this.send(operation, [...Array.from({ length: TIMES }, () => honest), ...chosen]);
  }

  /** Sends them, some at once; what was wrong with the answers. */
  async send(operation: Operation, requests: readonly NaughtyRequest[]): Promise<string[]> {
    const faults: string[] = [];
    const left = requests.values();
    const sending = async () => {
      for (const request of left) {
        const sent = { ...request, headers: { 'x-forwarded-for': anyAddress(), ...withoutAddress(request.headers) } };
        try {
          faults.push(...faultsOf(operation, sent, await this.#sender.send(sent), this.api));
        } catch (error) {
          faults.push(`${operation.method} ${operation.path}, ${sent.name.slice(0, 120)}: ${String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sending));
    return faults;
  }
}

/** What one address may do in a minute is not what this is about. */
function anyAddress(): string {
  return `10.${randomBytes(3).join('.')}`;
}

function withoutAddress(headers: NaughtyRequest['headers']): NaughtyRequest['headers'] {
  const { 'x-forwarded-for': address, ...others } = headers;
  return typeof address === 'string' && address.startsWith('10.') ? others : headers;
}
