/**
 * Headers of every page and asset. The pages need nothing from elsewhere and no inline code, so the policy says so;
 * `form-action` and `base-uri` have no fallback to `default-src`.
 */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'geolocation=(self), camera=(), microphone=()',
  // With no-referrer a browser sends `Origin: null` with the form, and the alert would count as unverified.
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
