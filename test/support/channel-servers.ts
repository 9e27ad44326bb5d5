import { startMailServer, type MailServer } from './mail-server.js';
import { NoticeBench } from './notice-bench.js';
import { newVapidKeys, startPushService, type PushService } from './push-service.js';
import { startSmsStub, type SmsStub } from './sms-stub.js';

/** A server for each channel, and people of one organisation who may be told by them. */
export interface ChannelServers {
  readonly bench: NoticeBench;
  readonly push: PushService;
  readonly sms: SmsStub;
  readonly mail: MailServer;
  readonly organisation: string;
  /** Settings of a job that sends by all of them; two providers of text messages. */
  readonly env: Record<string, string>;
  /** A new one; the id of the account. */
  dispatcher(): Promise<string>;
  places(): { readonly areas: string[]; readonly organisations: string[] };
  /** All servers take everything, and have been asked nothing. */
  reset(): void;
  close(): Promise<void>;
}

export async function startChannelServers(): Promise<ChannelServers> {
  const vapid = newVapidKeys();
  const [bench, push, sms, mail] = await Promise.all([
    NoticeBench.open(),
    startPushService(vapid),
    startSmsStub(),
    startMailServer({ tls: 'none' }),
  ]);
  const organisation = await bench.people.organisation();
  return {
    bench,
    push,
    sms,
    mail,
    organisation,
    env: {
      ...sms.env,
      NABOOM_PUBLIC_URL: 'https://alerts.example',
      NABOOM_VAPID_PUBLIC_KEY: vapid.publicKey,
      NABOOM_VAPID_PRIVATE_KEY: vapid.privateKey,
      NABOOM_VAPID_SUBJECT: 'mailto:ops@example.org',
      NABOOM_SMS_PROVIDERS: 'clickatell,africastalking',
      NABOOM_SMTP_HOST: '127.0.0.1',
      NABOOM_SMTP_PORT: String(mail.port),
      NABOOM_SMTP_TLS: 'none',
      NABOOM_MAIL_FROM: 'Naboom <alerts@example.org>',
    },
    dispatcher: async () => (await bench.people.person('Thandi', { [organisation]: 'dispatcher' })).id,
    places: () => ({ areas: [], organisations: [organisation] }),
    reset() {
      for (const list of [sms.asked, sms.taken, push.received, mail.received]) list.length = 0;
      for (const provider of ['clickatell', 'africastalking', 'bulksms', 'twilio'] as const)
        delete sms.behaviour[provider];
      push.status = 201;
    },
    async close() {
      await Promise.all([push.close(), sms.close(), mail.close()]);
      await bench.close();
    },
  };
}
