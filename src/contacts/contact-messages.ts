import { hash } from 'node:crypto';
import type { Channel } from '../alerts/channel.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { sourceOf } from '../source-address.js';
import {
  CODE_LIMIT,
  CODE_SOURCE_LIMIT,
  CODED_ADDRESS_LIMIT,
  CODES_LIMIT,
  TEST_LIMIT,
  TESTED_ADDRESS_LIMIT,
  type Limit,
  type LimitState,
} from '../limits/limit.js';
import type { RateLimits } from '../limits/rate-limits.js';
import { addNoticeTo } from '../notifications/notices.js';
import { requireTextable, type AddressRules } from './contact-address.js';
import type { Contacts, OwnContact } from './contacts.js';

interface Parts {
  readonly contacts: Contacts;
  readonly database: Database;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly channels: readonly Channel[];
  readonly rules: Pick<AddressRules, 'smsCountries'>;
}

type Counted = readonly [limit: Limit, who: string];

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
   * @param ip of whoever asks for it
   * @throws AppError NOT_FOUND, CHANNEL_OFF, ADDRESS_REFUSED
   */
  async code(userId: string, contactId: string, ip: string): Promise<LimitedMessage> {
    const contact = await this.#contact(userId, contactId);
    // Numbers of accounts are added unasked, and others stay when the setting changes.
    if (contact.channel === 'sms') requireTextable(contact.address, this.parts.rules);
    return this.#limited('code', contact, [
      [CODE_LIMIT, contact.user_id],
      [CODE_SOURCE_LIMIT, sourceOf(ip)],
      [CODED_ADDRESS_LIMIT, addressKey(contact)],
      [CODES_LIMIT, 'all'],
    ]);
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
    return this.#limited('test', contact, [
      [TEST_LIMIT, contact.user_id],
      [TESTED_ADDRESS_LIMIT, addressKey(contact)],
    ]);
  }

  async #contact(userId: string, contactId: string): Promise<OwnContact> {
    const contact = await this.parts.contacts.find(userId, contactId);
    if (!this.parts.channels.includes(contact.channel)) throw new AppError('CHANNEL_OFF');
    return contact;
  }

  /** Takes a point of each, in this order, until one refuses: what one may not send takes nothing of what the next may. */
  async #limited(kind: 'code' | 'test', contact: OwnContact, wanted: readonly Counted[]): Promise<LimitedMessage> {
    const { limits, database, clock } = this.parts;
    const states: LimitState[] = [];
    for (const [limit, who] of wanted) {
      const state = await limits.take(limit, who);
      states.push(state);
      if (!state.allowed) break;
    }
    const target = { kind, contactId: contact.id };
    return {
      states,
      send: async () => {
        const added = await database.transaction((client) => addNoticeTo(client, target, clock.now()));
        if (!added) throw new AppError('NOT_FOUND', 'There is no such contact');
        return added.id;
      },
    };
  }
}

/** No phone number in a key of Redis. */
function addressKey({ channel, address }: OwnContact): string {
  const counted = channel === 'email' ? withoutTag(address) : address;
  return hash('sha256', `${channel} ${counted}`).slice(0, 32);
}

/** Whose mailbox it is: `me+any.thing@example.org` is that of `me@example.org`. */
function withoutTag(email: string): string {
  return email.replace(/(?<=.)\+[^@]*(?=@)/, '');
}
