import type { Channel } from '../alerts/channel.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { RateLimits } from '../limits/rate-limits.js';
import { readContact, type AddressRules } from './contact-address.js';
import { tryCode } from './contact-code.js';
import { contactOf, type Contact, type NewContact } from './contact.js';
import { ContactMessages } from './contact-messages.js';
import type { AddContact } from './contact.schemas.js';
import { Contacts } from './contacts.js';

interface Parts {
  readonly database: Database;
  readonly limits: RateLimits;
  readonly clock: Clock;
  readonly channels: readonly Channel[];
  readonly rules: AddressRules;
}

/** What the routes of contacts work with. */
export class OwnContacts {
  readonly contacts: Contacts;
  readonly messages: ContactMessages;

  constructor(private readonly parts: Parts) {
    this.contacts = new Contacts(parts.database, parts.clock);
    this.messages = new ContactMessages({ ...parts, contacts: this.contacts });
  }

  /** By what ways this deployment can tell people. */
  get channels(): readonly Channel[] {
    return this.parts.channels;
  }

  get limits(): RateLimits {
    return this.parts.limits;
  }

  /** @throws AppError REQUEST_INVALID, ADDRESS_REFUSED */
  async read(wanted: AddContact): Promise<NewContact> {
    return readContact(wanted, this.parts.rules);
  }

  /** The contact, verified; undefined when the code is not the one. @throws AppError NOT_FOUND */
  async verify(userId: string, contactId: string, code: string): Promise<Contact | undefined> {
    const contact = await this.contacts.find(userId, contactId);
    const { database, clock } = this.parts;
    const now = clock.now();
    if (!(await tryCode(database, { userId, contactId, code }, now))) return undefined;
    return contactOf({ ...contact, verified_at: contact.verified_at ?? now });
  }
}
