import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import type { SmsProvider } from './sms-provider.js';
import { currentShares, type SmsShare } from './sms-shares.js';

/** Whom to try first, and who comes next. */
export type SmsOrder = (providers: readonly SmsProvider[]) => Promise<readonly SmsProvider[]>;

/** Shares change once in five minutes at most; a text message does not ask for them each time. */
const KEPT_MS = 10_000;

/** The order of providers by their shares in `sms_shares`: one is drawn, the others follow by size. */
export function smsOrder(database: Database, clock: Clock, random = Math.random): SmsOrder {
  let kept: { readonly shares: readonly SmsShare[]; readonly at: number } | undefined;
  return async (providers) => {
    if (providers.length < 2) return providers;
    const now = clock.now().getTime();
    if (!kept || now - kept.at > KEPT_MS) {
      kept = { shares: await readShares(database).catch(() => []), at: now };
    }
    const current = currentShares(
      providers.map(({ name }) => name),
      kept.shares,
    );
    return drawn(providers, current, random() * 100);
  };
}

export async function readShares(database: Database): Promise<SmsShare[]> {
  const { rows } = await database.query<{ provider: string; share: number; changed_at: Date }>({
    name: 'read-sms-shares',
    text: 'select provider, share, changed_at from sms_shares',
  });
  return rows.map(({ provider, share, changed_at: changedAt }) => ({ provider, share, changedAt }));
}

function drawn(
  providers: readonly SmsProvider[],
  shares: ReadonlyMap<string, number>,
  point: number,
): readonly SmsProvider[] {
  let passed = 0;
  const first = providers.find(({ name }) => (passed += shares.get(name)!) > point) ?? providers[0]!;
  const others = providers.filter((provider) => provider !== first);
  return [first, ...others.toSorted((a, b) => shares.get(b.name)! - shares.get(a.name)!)];
}
