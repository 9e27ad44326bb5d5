/** Only a page on TLS can set this one, and no subdomain for its neighbour. */
const SECURE_NAME = '__Host-naboom';
const PLAIN_NAME = 'naboom';

/** The cookie of a session, as `Set-Cookie` has it. Scripts cannot read it, and no other site's page makes it travel. */
export function sessionCookie(token: string, { secure, maxAgeS }: { secure: boolean; maxAgeS: number }): string {
  const name = secure ? SECURE_NAME : PLAIN_NAME;
  return `${name}=${token}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

/** The session token in a `Cookie` header. On TLS nothing but the protected name counts. */
export function tokenOfCookies(header: string | undefined, { secure }: { secure: boolean }): string | undefined {
  return cookieOf(header, SECURE_NAME) ?? (secure ? undefined : cookieOf(header, PLAIN_NAME));
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
}
