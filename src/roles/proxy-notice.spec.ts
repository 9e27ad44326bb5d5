import { Writable } from 'node:stream';
import { fastify } from 'fastify';
import { pino } from 'pino';
import { noticeUntrustedProxy } from './proxy-notice.js';

async function linesAfter(trustProxy: string[] | false, requests: readonly [address: string, forwarded?: string][]) {
  const lines: string[] = [];
  const stream = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });
  const app = fastify({ trustProxy });
  noticeUntrustedProxy(app, pino(stream));
  app.get('/', () => 'ok');
  for (const [remoteAddress, forwarded] of requests) {
    const headers = forwarded ? { 'x-forwarded-for': forwarded } : {};
    expect((await app.inject({ url: '/', remoteAddress, headers })).statusCode).toBe(200);
  }
  await app.close();
  return lines;
}

describe('a proxy that is not trusted', () => {
  it('is named in the log, once', async () => {
    const lines = await linesAfter(false, [
      ['172.18.0.5', '203.0.113.5'],
      ['172.18.0.5', '203.0.113.6'],
    ]);
    expect(lines).toEqual([expect.stringContaining('"proxy":"172.18.0.5"')]);
    expect(lines[0]).toContain('NABOOM_TRUSTED_PROXIES');
  });

  it.each<[string, string[] | false, string, string | undefined]>([
    ['a trusted one', ['172.16.0.0/12'], '172.18.0.5', '203.0.113.5'],
    ['a stranger who claims to be one', false, '203.0.113.5', '198.51.100.1'],
    ['somebody near who is none', false, '127.0.0.1', undefined],
  ])('is not %s', async (_what, trustProxy, address, forwarded) => {
    expect(await linesAfter(trustProxy, [[address, forwarded]])).toEqual([]);
  });
});
