/** Times between the attempts to tell a person, ms: somebody may need help, and what does not come soon is of no use. */
const DELAYS_MS = [2000, 5000, 15_000, 30_000, 60_000, 60_000, 60_000, 60_000];
/** As many retries where the next contact can be tried instead: that is told within half a minute. */
const RETRIES_WITH_FALLBACK = 3;
/** Longest wait that a provider may ask for, ms. */
const MAX_ASKED_MS = 60_000;
const JITTER = 0.1;

/** Time until the next attempt after `attempts` failed ones, ms; undefined: it is given up, about five minutes on. */
export function sendDelay(
  { attempts, hasFallback }: { readonly attempts: number; readonly hasFallback: boolean },
  askedMs = 0,
  random = Math.random,
): number | undefined {
  const delay = hasFallback && attempts > RETRIES_WITH_FALLBACK ? undefined : DELAYS_MS[attempts - 1];
  if (delay === undefined) return undefined;
  const jittered = delay * (1 - JITTER + 2 * JITTER * random());
  return Math.round(Math.max(jittered, Math.min(askedMs, MAX_ASKED_MS)));
}
