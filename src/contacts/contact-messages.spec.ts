import { TestClock } from '../../test/support/test-clock.js';
import type { Database } from '../database/database.js';
import { RateLimits } from '../limits/rate-limits.js';
import type { RoleClient } from '../redis/role-client.js';
import { ContactMessages } from './contact-messages.js';
import type { Contacts } from './contacts.js';

/** Redis is away: memory counts. */
const AWAY = { status: 'end' } as unknown as RoleClient;

/** Of accounts that have one contact each, of the same id; `asked` says where a code goes, or what refuses it. */
function messagesTo(addressOf: (userId: string) => { channel: string; address: string }) {
  const messages = new ContactMessages({
    contacts: {
      find: async (userId: string) => ({ id: userId, user_id: userId, ...addressOf(userId) }),
    } as unknown as Contacts,
    database: {} as unknown as Database,
    limits: new RateLimits(AWAY),
    clock: new TestClock(),
    channels: ['sms', 'email'],
    rules: { smsCountries: ['27'] },
  });
  return async (userId: string, ip: string) => {
    const { states } = await messages.code(userId, userId, ip);
    return states.find(({ allowed }) => !allowed)?.limit.name ?? 'sent';
  };
}

describe('codes', () => {
  it('are ten an hour of one address and 300 of all, and one address cannot use those up', async () => {
    const asked = messagesTo((userId) => ({ channel: 'sms', address: `+27${userId}` }));
    let user = 0;
    const ask = (ip: string) => asked(String((user += 1)), ip);
    for (let count = 0; count < 10; count += 1) expect(await ask(`2001:db8::${count}`)).toBe('sent');
    for (let count = 0; count < 400; count += 1) expect(await ask(`2001:db8::1:${count}`)).toBe('code-source');
    for (let count = 0; count < 290; count += 1) expect(await ask(`10.0.0.${Math.floor(count / 10)}`)).toBe('sent');
    expect(await ask('10.0.1.1')).toBe('codes');
  });

  it('to one mailbox are five an hour, whatever tag stands behind its name', async () => {
    const asked = messagesTo((userId) => ({ channel: 'email', address: `me+${userId}@example.org` }));
    for (let user = 0; user < 5; user += 1) expect(await asked(String(user), `10.0.0.${user}`)).toBe('sent');
    expect(await asked('5', '10.0.0.5')).toBe('code-address');
  });

  it('go to no number of another country', async () => {
    const asked = messagesTo(() => ({ channel: 'sms', address: '+882161234567' }));
    await expect(asked('1', '10.0.0.1')).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' });
  });
});
