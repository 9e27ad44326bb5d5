import { hash } from 'node:crypto';
import type { Channel } from '../alerts/channel.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { CODE_LIMIT, CODED_ADDRESS_LIMIT, TEST_LIMIT, TESTED_ADDRESS_LIMIT, type LimitState } from '../limits/limit.js';
import type { RateLimits } from '../limits/rate-limits.js';
import { addNoticeTo } from '../notifications/notices.js';
import type { Contacts, OwnContact } from './contacts.js';

interface Parts {
  readonly contacts: Contacts;
  readonly database: Database;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly channels: readonly Channel[];
}

/** Where the limits stand, and what is sent when they allow it. */
export interface LimitedMessage {
  readonly states: readonly LimitState[];
  /** Adds the delivery. @returns its id */
  readonly send: () => Promise<string>;
}

/** What people send to their own contacts: codes and tests, by the same ledger and jobs as alerts. */
export class ContactMessages {
  constructor(private readonly parts: Parts) {}

  /**
   * A code that has to be read where it is sent to. Known and unknown addresses are treated alike.
   * @throws AppError NOT_FOUND, CHANNEL_OFF
   */
  async code(userId: string, contactId: string): Promise<LimitedMessage> {
    return this.#limited('code', await this.#contact(userId, contactId));
  }

  /**
   * A test message. Who has not shown that an address is theirs sends nothing to it but codes; a push subscription
   * cannot be anybody else's.
   * @throws AppError NOT_FOUND, CHANNEL_OFF, CONTACT_UNVERIFIED
   */
  async test(userId: string, contactId: string): Promise<LimitedMessage> {
    const contact = await this.#contact(userId, contactId);
    if (contact.channel !== 'push' && !contact.verified_at) {
      throw new AppError('CONTACT_UNVERIFIED');
    }
    return this.#limited('test', contact);
  }

  async #contact(userId: string, contactId: string): Promise<OwnContact> {
    const contact = await this.parts.contacts.find(userId, contactId);
    if (!this.parts.channels.includes(contact.channel)) throw new AppError('CHANNEL_OFF');
    return contact;
  }

  async #limited(kind: 'code' | 'test', contact: OwnContact): Promise<LimitedMessage> {
    const { limits, database, clock } = this.parts;
    const [ofAccount, ofAddress] =
      kind === 'code' ? [CODE_LIMIT, CODED_ADDRESS_LIMIT] : [TEST_LIMIT, TESTED_ADDRESS_LIMIT];
    const address = hash('sha256', `${contact.channel} ${contact.address}`).slice(0, 32); // no phone number in a key
    const own = await limits.take(ofAccount, contact.user_id);
    // What the account may not send takes nothing of what the address may get.
    const states = own.allowed ? [own, await limits.take(ofAddress, address)] : [own];
    const target = { kind, contactId: contact.id };
    const send = () => database.transaction((client) => addNoticeTo(client, target, clock.now()));
    return {
      states,
      send: async () => {
        const added = await send();
        if (!added) throw new AppError('NOT_FOUND', 'There is no such contact');
        return added.id;
      },
    };
  }
}
