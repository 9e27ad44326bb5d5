import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { Logger } from '../../observability/nest-log.js';
import type { JobHandler } from '../../queues/job-handler.js';
import { readShares } from './sms-order.js';
import { balance, type SmsFigures } from './sms-shares.js';

/** 'nab' and a number: one balance at a time over all workers. */
const BALANCE_LOCK = 7_233_895;

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  /** Names of the providers that are set up, the preferred one first. */
  readonly providers: readonly string[];
}

interface FiguresRow {
  readonly provider: string;
  readonly sent: number;
  readonly slow: number;
  readonly reports: boolean;
}

/** The job `balance-sms`: moves text messages away from a provider that is slow, and back when it is not. */
export class BalanceSms implements JobHandler<'balance-sms'> {
  readonly job = 'balance-sms';
  readonly #logger = new Logger('Notifications');

  constructor(private readonly parts: Parts) {}

  /** @returns the new shares, if there are any */
  async run(): Promise<Record<string, number>> {
    const { database, clock, providers } = this.parts;
    if (providers.length < 2) return {};
    const now = clock.now();
    return database.transaction(async (client) => {
      await client.query({ text: 'select pg_advisory_xact_lock($1)', values: [BALANCE_LOCK] });
      const state = { shares: await readShares(database), figures: await this.#figures(now) };
      const shares = balance(providers, state, now);
      if (!shares) return {};
      await client.query({
        text: `insert into sms_shares (provider, share, changed_at)
               select *, $3 from unnest($1::text[], $2::int[])
               on conflict (provider) do update set share = excluded.share, changed_at = excluded.changed_at`,
        values: [[...shares.keys()], [...shares.values()], now],
      });
      this.#logger.warn({ shares: Object.fromEntries(shares) }, 'text messages change hands');
      return Object.fromEntries(shares);
    });
  }

  async #figures(now: Date): Promise<SmsFigures[]> {
    const { rows } = await this.parts.database.query<FiguresRow>({
      name: 'sms-figures',
      text: `select provider,
                    count(*) filter (where finished_at > $1::timestamptz - interval '15 min')::int as sent,
                    count(*) filter (where finished_at > $1::timestamptz - interval '15 min'
                                       and coalesce(received_at, $1::timestamptz) - finished_at > interval '5 min')::int as slow,
                    count(received_at) > 0 as reports
               from deliveries
              where provider_ref is not null and channel = 'sms' and status in ('delivered', 'dead')
                and provider = any($2) and finished_at > $1::timestamptz - interval '1 day'
              group by provider`,
      values: [now, this.parts.providers],
    });
    return rows;
  }
}
