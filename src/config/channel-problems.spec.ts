import { generateRequestDetails } from 'web-push';
import { configProblems } from '../../test/support/config-problems.js';
import { newVapidKey, publicVapidKey } from '../../scripts/lib/vapid-key.mjs';
import { loadConfig } from './config.js';
import { ENV_NAMES, SECRET_NAMES } from './env-vars.js';

const NEEDED = { NABOOM_OPERATOR_KEY: 'k'.repeat(32), DATABASE_URL: 'postgres://naboom:pg@127.0.0.1:5432/naboom' };

const problemsOf = (env: Record<string, string>) => configProblems({ ...NEEDED, ...env });

const effective = (env: Record<string, string>) => loadConfig({ ...NEEDED, ...env }).env;

describe('a channel that is half set up', () => {
  const privateKey = newVapidKey();
  const mail = { NABOOM_SMTP_HOST: 'mail.example.org', NABOOM_MAIL_FROM: 'Naboom <alerts@example.org>' };

  it.each<[string, Record<string, string>, string[]]>([
    ['nothing', {}, []],
    ['a private key alone', { NABOOM_VAPID_PRIVATE_KEY: privateKey }, []],
    ['a public key alone', { NABOOM_VAPID_PUBLIC_KEY: publicVapidKey(privateKey)! }, ['NABOOM_VAPID_PRIVATE_KEY']],
    [
      'keys of two pairs',
      { NABOOM_VAPID_PRIVATE_KEY: privateKey, NABOOM_VAPID_PUBLIC_KEY: publicVapidKey(newVapidKey())! },
      ['NABOOM_VAPID_PUBLIC_KEY'],
    ],
    ['a key that is none', { NABOOM_VAPID_PRIVATE_KEY: 'A'.repeat(43) }, ['NABOOM_VAPID_PRIVATE_KEY']],
    [
      'providers without their credentials',
      { NABOOM_SMS_PROVIDERS: 'clickatell,twilio' },
      ['NABOOM_CLICKATELL_API_KEY', 'NABOOM_TWILIO_ACCOUNT_SID', 'NABOOM_TWILIO_AUTH_TOKEN', 'NABOOM_SMS_FROM'],
    ],
    [
      'half of the credentials of BulkSMS',
      { NABOOM_SMS_PROVIDERS: 'bulksms', NABOOM_BULKSMS_TOKEN_ID: 'id' },
      ['NABOOM_BULKSMS_TOKEN_SECRET'],
    ],
    ['a mail server without a sender', { NABOOM_SMTP_HOST: 'mail.example.org' }, ['NABOOM_MAIL_FROM']],
    ['a sender who has no address', { ...mail, NABOOM_MAIL_FROM: 'Naboom' }, ['NABOOM_MAIL_FROM']],
    ['a user without a password', { ...mail, NABOOM_SMTP_USER: 'naboom' }, ['NABOOM_SMTP_PASSWORD']],
    ['a whole mail server', mail, []],
  ])('%s', (_name, env, missing) => {
    const problems = problemsOf(env);
    expect(problems.map((line) => line.split(' ')[0])).toEqual(missing);
    for (const key of Object.values(env).filter((value) => value.length > 40))
      expect(problems.join()).not.toContain(key);
  });
});

it('shows no secret of a channel', () => {
  const secrets = ENV_NAMES.filter((name) => /_(API_KEY|TOKEN_SECRET|PRIVATE_KEY|AUTH_TOKEN|PASSWORD)$/.test(name));
  expect(secrets).toContain('NABOOM_VAPID_PRIVATE_KEY');
  expect(secrets.filter((name) => !SECRET_NAMES.includes(name))).toEqual([]);
});

describe('what follows of the rest', () => {
  it('is a key pair that web push takes', () => {
    const subscription = { endpoint: 'https://push.example/1', keys: { p256dh: '', auth: '' } };
    for (let count = 0; count < 20; count += 1) {
      const NABOOM_VAPID_PRIVATE_KEY = newVapidKey();
      const env = effective({ NABOOM_VAPID_PRIVATE_KEY });
      const vapidDetails = {
        subject: env.NABOOM_VAPID_SUBJECT!,
        publicKey: env.NABOOM_VAPID_PUBLIC_KEY!,
        privateKey: NABOOM_VAPID_PRIVATE_KEY,
      };
      const { headers } = generateRequestDetails(subscription, null, { vapidDetails });
      expect(headers?.Authorization).toContain(`k=${vapidDetails.publicKey}`);
    }
  });

  it.each([
    [
      { NABOOM_VAPID_SUBJECT: 'mailto:me@example.org', NABOOM_PUBLIC_URL: 'https://a.example' },
      'mailto:me@example.org',
    ],
    [{ NABOOM_PUBLIC_URL: 'https://alerts.example' }, 'https://alerts.example'],
    [{ NABOOM_PUBLIC_URL: 'https://localhost:3000' }, 'mailto:nobody@example.org'],
    [
      { NABOOM_PUBLIC_URL: 'http://alerts.example', NABOOM_MAIL_FROM: 'Naboom <alerts@example.net>' },
      'mailto:alerts@example.net',
    ],
  ])('is whom push services turn to: %j', (env, subject) => {
    const { NABOOM_VAPID_SUBJECT } = effective({ NABOOM_VAPID_PRIVATE_KEY: newVapidKey(), ...env });
    expect(NABOOM_VAPID_SUBJECT).toBe(subject);
  });
});
