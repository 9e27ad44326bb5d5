import { createHmac, timingSafeEqual } from 'node:crypto';

/** A request as Twilio signed it. */
export interface SignedRequest {
  /** Host header, with or without a port. */
  readonly host: string;
  /** Path and query, as they were sent. */
  readonly path: string;
  readonly form: URLSearchParams;
  /** Header `X-Twilio-Signature`. */
  readonly signature: string | undefined;
}

/**
 * Whether Twilio signed a request: base64 of HMAC-SHA1 over the URL and the sorted fields. What scheme and port the
 * account calls is lost behind most proxies, and it proves nothing: each is tried.
 */
export function isSignedByTwilio(authToken: string, request: SignedRequest): boolean {
  const given = Buffer.from(request.signature ?? '', 'base64');
  const fields = signedFields(request.form);
  return urlsOf(request)
    .map((url) =>
      createHmac('sha1', authToken)
        .update(url + fields)
        .digest(),
    )
    .some((expected) => given.length === expected.length && timingSafeEqual(given, expected));
}

/** Names and values, sorted by name; a field that comes more than once has each of its values once, sorted. */
function signedFields(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort();
  return names.flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value)).join('');
}

function urlsOf({ host, path }: SignedRequest): string[] {
  const name = host.replace(/:\d+$/, '');
  return [
    ['https', 443],
    ['http', 80],
  ].flatMap(([scheme, port]) => [...new Set([host, name, `${name}:${port}`])].map((at) => `${scheme}://${at}${path}`));
}
