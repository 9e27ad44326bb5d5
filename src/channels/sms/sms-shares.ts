/** How much of all text messages goes to a provider first, per cent, and since when. */
export interface SmsShare {
  readonly provider: string;
  readonly share: number;
  readonly changedAt: Date;
}

/** What became of the text messages that a provider took lately. */
export interface SmsFigures {
  readonly provider: string;
  readonly sent: number;
  /** Of these, how many took over five minutes to arrive, or have not arrived after so long. */
  readonly slow: number;
  /** False for one that does not tell us what arrives: nothing can be said of it. */
  readonly reports: boolean;
}

/** A provider is slow from this part of its messages on. */
const SLOW_PART = 0.15;
/** So much of all messages changes hands at once, per cent. */
const STEP = 10;
const LEAST_TIME_BETWEEN_MS = 5 * 60_000;
/** After so long without a change, shares go back by a step to what is preferred. */
const REST_MS = 60 * 60_000;

/** The shares while nothing is known: everything goes to the preferred provider first. */
export function preferredShares(providers: readonly string[]): ReadonlyMap<string, number> {
  return new Map(providers.map((provider, index) => [provider, index === 0 ? 100 : 0]));
}

/**
 * The rule of GOV.UK Notify: a provider that is slow gives a step of its share to those that are not. Nothing changes
 * when all are slow, and at most one change happens in five minutes.
 * @returns the new shares; undefined when nothing changes
 */
export function balance(
  providers: readonly string[],
  { shares, figures }: { readonly shares: readonly SmsShare[]; readonly figures: readonly SmsFigures[] },
  now: Date,
): ReadonlyMap<string, number> | undefined {
  if (providers.length < 2) return undefined;
  const changed = Math.max(0, ...shares.map(({ changedAt }) => changedAt.getTime()));
  const sinceMs = now.getTime() - changed;
  if (sinceMs < LEAST_TIME_BETWEEN_MS) return undefined;
  const current = currentShares(providers, shares);
  const slow = providers.filter((provider) => isSlow(figures.find((each) => each.provider === provider)));
  if (slow.length === providers.length) return undefined;
  const from = slow.filter((provider) => current.get(provider)! > 0);
  if (from.length > 0) {
    const to = providers.filter((provider) => !slow.includes(provider));
    return moved(current, mostOf(current, from), leastOf(current, to));
  }
  return slow.length === 0 && sinceMs >= REST_MS ? towards(current, preferredShares(providers)) : undefined;
}

/** What is stored, where it is of exactly these providers; else what is preferred. */
export function currentShares(
  providers: readonly string[],
  shares: readonly Pick<SmsShare, 'provider' | 'share'>[],
): ReadonlyMap<string, number> {
  const stored = new Map(shares.map(({ provider, share }) => [provider, share]));
  const isComplete = providers.every((provider) => stored.has(provider));
  const total = providers.reduce((sum, provider) => sum + (stored.get(provider) ?? 0), 0);
  if (!isComplete || total !== 100) return preferredShares(providers);
  return new Map(providers.map((provider) => [provider, stored.get(provider)!]));
}

function isSlow(figures: SmsFigures | undefined): boolean {
  return figures !== undefined && figures.reports && figures.sent > 0 && figures.slow / figures.sent >= SLOW_PART;
}

function towards(
  current: ReadonlyMap<string, number>,
  wanted: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> | undefined {
  const names = [...current.keys()];
  const from = names.filter((name) => current.get(name)! > wanted.get(name)!);
  const to = names.filter((name) => current.get(name)! < wanted.get(name)!);
  return from.length > 0 && to.length > 0 ? moved(current, mostOf(current, from), to[0]!) : undefined;
}

function moved(current: ReadonlyMap<string, number>, from: string, to: string): ReadonlyMap<string, number> {
  const step = Math.min(STEP, current.get(from)!);
  return new Map([...current, [from, current.get(from)! - step], [to, current.get(to)! + step]]);
}

function mostOf(shares: ReadonlyMap<string, number>, names: readonly string[]): string {
  return names.reduce((most, name) => (shares.get(name)! > shares.get(most)! ? name : most));
}

function leastOf(shares: ReadonlyMap<string, number>, names: readonly string[]): string {
  return names.reduce((least, name) => (shares.get(name)! < shares.get(least)! ? name : least));
}
