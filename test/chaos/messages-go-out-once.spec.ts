import { randomUUID } from 'node:crypto';
import { NoticeBench } from '../support/notice-bench.js';
import { eventually } from '../support/eventually.js';
import { startSmsStub, type SmsStub } from '../support/sms-stub.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from '../support/webhook-receiver.js';
import { killWorkers, startWorker } from '../support/worker-process.js';

jest.setTimeout(60_000);

let bench: NoticeBench;
let sms: SmsStub;
let redis: TestRedis;
let receiver: WebhookReceiver;
let organisation: string;
let user: string;
let env: Record<string, string>;

beforeAll(async () => {
  [bench, sms, redis, receiver] = await Promise.all([
    NoticeBench.open(),
    startSmsStub(),
    startTestRedis(),
    startWebhookReceiver(WEBHOOK_SECRET),
  ]);
  organisation = await bench.people.organisation();
  user = (await bench.people.person('Thandi', { [organisation]: 'dispatcher' })).id;
  await bench.contact(user, 'sms', '+27821234567');
  env = {
    ...redis.env,
    ...sms.env,
    DATABASE_URL: bench.url,
    NABOOM_SMS_PROVIDERS: 'clickatell',
    NABOOM_WEBHOOK_URLS: receiver.url(),
    NABOOM_WEBHOOK_SECRET: WEBHOOK_SECRET,
    NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  };
});
afterAll(async () => {
  await killWorkers();
  await Promise.all([sms.close(), redis.stop(), receiver.close()]);
  await bench.close();
});
beforeEach(() => {
  sms.asked.length = 0;
  sms.taken.length = 0;
  receiver.received.length = 0;
});

/** Notes, by the time of now, that the person is told of so many new alerts; the ids of the deliveries. */
async function tell(count = 1): Promise<string[]> {
  const ids: string[] = [];
  for (let told = 0; told < count; told += 1) {
    bench.clock.advance(Date.now() - bench.clock.now().getTime());
    // By somebody with an account: what anybody may raise is told ten times in five minutes.
    const alert = await bench.raise({ reporterId: randomUUID(), places: { areas: [], organisations: [organisation] } });
    ids.push(...(await bench.tell(alert, [user])));
  }
  return ids;
}

const sorted = (references: readonly string[]) => references.toSorted((a, b) => (a < b ? -1 : 1));
/** Which of these were taken, each as often as it was; escalations of the same alerts tell the person as well. */
const takenOf = (ids: readonly string[]) =>
  sorted(sms.taken.flatMap(({ reference }) => (ids.includes(reference!) ? reference! : [])));
const isSent = async (id: string) => (await bench.row(id)).status === 'delivered';
const areSent = async (ids: readonly string[]) => (await Promise.all(ids.map(isSent))).every(Boolean);

it('two workers send each message once', async () => {
  await Promise.all([startWorker(env), startWorker(env)]);
  const ids = await tell(12);
  await eventually(() => areSent(ids), { withinMs: 10_000 });
  expect(takenOf(ids)).toEqual(sorted(ids));
});

it('without Redis people are told all the same, though a receiver of events hangs, and nobody is told twice', async () => {
  await redis.kill9();
  receiver.answer = () => undefined;
  const ids = await tell(8);
  // Before the ten seconds are over that a receiver has.
  await eventually(() => areSent(ids), { withinMs: 9000 });
  await eventually(() => receiver.received.length > 0, { withinMs: 5000, what: 'events to receivers' });
  await redis.restart();
  receiver.answer = (response) => void response.writeHead(204).end();
  const [later] = await tell();
  await eventually(() => isSent(later!), { withinMs: 10_000 });
  expect(takenOf([...ids, later!])).toEqual(sorted([...ids, later!]));
});
