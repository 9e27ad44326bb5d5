import type { FastifyInstance } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Logger } from 'pino';

const NEAR: ReadonlySet<string> = new Set(['private', 'loopback', 'uniqueLocal', 'linkLocal', 'carrierGradeNat']);

/**
 * Says once that a proxy seems to be in front that is not trusted: all that comes through it looks like one address, and
 * so like a flood. Strangers may claim to forward what they like; a proxy is near.
 */
export function noticeUntrustedProxy(fastify: FastifyInstance, logger: Logger): void {
  let told = false;
  fastify.addHook('onRequest', ({ headers, ip, socket }, _reply, done) => {
    if (!told && headers['x-forwarded-for'] !== undefined && ip === socket.remoteAddress && isNear(ip)) {
      told = true;
      logger.warn(
        { proxy: ip },
        'a proxy is in front that NABOOM_TRUSTED_PROXIES does not name: all presses count as of one address',
      );
    }
    done();
  });
}

function isNear(address: string): boolean {
  return ipaddr.isValid(address) && NEAR.has(ipaddr.process(address).range());
}
