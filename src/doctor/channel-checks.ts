import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { NOBODY } from '../config/channel-problems.js';
import type { EnvValues } from '../config/env-vars.js';
import { checked, type AclCheck } from '../redis/acl/check.js';

const SMTP_MS = 5000;
/** Each has a key of its own: there is nothing to set up. */
const WEBHOOKS = checked('webhook', 'ready', []);

/**
 * By what ways people can be told: what is off, ready, or a problem. Sends nothing.
 * @param limitMs for the whole conversation with a mail server
 */
export async function checkChannels(env: EnvValues, limitMs = SMTP_MS): Promise<AclCheck[]> {
  return [checkPush(env), checkSms(env), await checkMail(env, limitMs), WEBHOOKS];
}

function off(subject: string, by: string): AclCheck {
  return { subject, check: 'off', result: 'skipped', detail: `${by} is not set` };
}

function checkPush({ NABOOM_VAPID_PRIVATE_KEY: key, NABOOM_VAPID_SUBJECT: subject }: EnvValues): AclCheck {
  if (!key) return off('push', 'NABOOM_VAPID_PRIVATE_KEY');
  const detail = 'nobody is named to push services: set NABOOM_VAPID_SUBJECT or NABOOM_PUBLIC_URL';
  return { ...checked('push', 'ready', []), ...(subject === NOBODY ? { detail } : {}) };
}

/** A half set-up provider is a problem of the configuration already. */
function checkSms({ NABOOM_SMS_PROVIDERS: providers, NABOOM_INBOUND_SECRET: secret }: EnvValues): AclCheck {
  if (providers.length === 0) return off('sms', 'NABOOM_SMS_PROVIDERS');
  const silent = secret ? [] : providers.filter((name) => name !== 'twilio');
  const detail = `no delivery reports of ${silent.join(', ')}: set NABOOM_INBOUND_SECRET`;
  return { ...checked('sms', `ready: ${providers.join(', ')}`, []), ...(silent.length > 0 ? { detail } : {}) };
}

async function checkMail(env: EnvValues, limitMs: number): Promise<AclCheck> {
  const { NABOOM_SMTP_HOST: host, NABOOM_SMTP_PORT: port, NABOOM_SMTP_TLS: tls } = env;
  if (!host) return off('email', 'NABOOM_SMTP_HOST');
  const problem = await smtpProblem({ host, port, tls, limitMs });
  return checked('email', problem ? 'problem' : `ready: ${host}:${port}`, problem ? [problem] : []);
}

interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly tls: EnvValues['NABOOM_SMTP_TLS'];
  readonly limitMs: number;
}

/** Why a mail server would not take our e-mail, as far as its greeting tells; undefined when it would. */
async function smtpProblem(server: MailServer): Promise<string | undefined> {
  const where = `${server.host}:${server.port}`;
  try {
    const greeting = await greet(server);
    if (server.tls !== 'starttls' || /^250[ -]STARTTLS\s*$/im.test(greeting)) return undefined;
    return `${where} offers no STARTTLS: set NABOOM_SMTP_TLS to implicit, or to none inside of a network of your own`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `${where} does not answer as a mail server (${code ?? message}): check NABOOM_SMTP_HOST, _PORT and _TLS`;
  }
}

/** What the server says to EHLO. @throws Error when it says no, something else, or nothing in time */
function greet({ host, port, tls, limitMs }: MailServer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls === 'implicit' ? connectTls({ host, port, servername: host }) : createConnection({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${limitMs} ms`)), limitMs);
    let said = '';
    let isGreeted = false;
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1');
      const [last] = /^\d{3} .*\r?\n$/m.exec(said) ?? [];
      if (!last) return;
      if (!last.startsWith(isGreeted ? '250' : '220')) return void socket.destroy(new Error(`it says ${last.trim()}`));
      if (isGreeted) {
        resolve(said);
        return void socket.end('QUIT\r\n');
      }
      isGreeted = true;
      said = '';
      socket.write('EHLO localhost\r\n');
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearTimeout(timer);
      reject(new Error('it hangs up'));
    });
  });
}
