/** Where a Redis server is; credentials never travel in a URL. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

const ADDRESS = /^(?:(rediss?):\/\/)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/;

/**
 * Reads `host:port`, `redis://host:port` or `rediss://host:port`.
 * @returns the address, or the problem in words that never repeat the URL: it may hold a password.
 */
export function readRedisUrl(url: string, defaultPort = 6379): RedisAddress | { problem: string } {
  if (url.includes('@')) {
    return {
      problem: 'holds credentials; set them in their own variables (REDIS_<ROLE>_USER and REDIS_<ROLE>_PASSWORD)',
    };
  }
  if (url.includes('?')) return { problem: 'has a query; use host:port and the variables of its own for each option' };
  if (url.includes('#')) return { problem: 'has a fragment; use host:port alone' };
  const match = ADDRESS.exec(url);
  if (!match) return { problem: describeBadAddress(url) };
  const [, scheme, host = '', portText = defaultPort] = match;
  const port = Number(portText);
  if (port < 1 || port > 65_535) return { problem: 'has a port outside 1-65535' };
  return { host: host.replace(/^\[|\]$/g, ''), port, tls: scheme === 'rediss' };
}

function describeBadAddress(url: string): string {
  if (/^(["']).*\1$/.test(url)) return 'is wrapped in quotes; remove them';
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1];
  if (scheme && /^rediss?$/i.test(scheme) && scheme !== scheme.toLowerCase()) {
    return `has the scheme in capitals; write ${scheme.toLowerCase()}://`;
  }
  if (scheme && !/^rediss?$/.test(scheme)) return `has the scheme ${scheme}; use redis:// or rediss:// (TLS)`;
  if (/\/\d+$/.test(url)) return 'ends with a database number; set REDIS_<ROLE>_DB instead';
  return 'is no Redis address; use host:port, redis://host:port or rediss://host:port';
}
