import { startClockedSystem, type ClockedSystem } from './clocked-system.js';
import { newVapidKeys, startPushService, type PushService } from './push-service.js';
import { startSmsStub, type SmsStub } from './sms-stub.js';

/** In the addresses that gateways call. */
export const GATEWAY_SECRET = 'secret-of-the-gateways-of-a-test';

/** The product by the clock of a test, with a push service and two providers of text messages, BulkSMS first. */
export interface ToldSystem {
  readonly push: PushService;
  readonly sms: SmsStub;
  readonly system: ClockedSystem;
  /** What was told so far is forgotten, and everybody answers again. */
  forget(): void;
  close(): Promise<void>;
}

export async function startToldSystem(): Promise<ToldSystem> {
  const vapid = newVapidKeys();
  const [push, sms] = await Promise.all([startPushService(vapid), startSmsStub()]);
  const system = await startClockedSystem({
    ...sms.env,
    NABOOM_VAPID_PUBLIC_KEY: vapid.publicKey,
    NABOOM_VAPID_PRIVATE_KEY: vapid.privateKey,
    NABOOM_VAPID_SUBJECT: 'mailto:ops@naboom.example',
    NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    NABOOM_SMS_PROVIDERS: 'bulksms,clickatell',
    NABOOM_INBOUND_SECRET: GATEWAY_SECRET,
    NABOOM_TRUSTED_PROXIES: '127.0.0.1',
  });
  return {
    push,
    sms,
    system,
    forget() {
      push.received.length = push.refused.length = sms.asked.length = sms.taken.length = 0;
      delete sms.behaviour.bulksms;
    },
    async close() {
      await system.close();
      await Promise.all([push.close(), sms.close()]);
    },
  };
}
