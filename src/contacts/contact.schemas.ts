import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import { CHANNELS } from '../alerts/channel.js';
import { nameText } from '../alerts/alert.schemas.js';
import type { Contact, NewlyAdded } from './contact.js';

const LABEL_MAX = 100;
const ADDRESS_MAX = 2000;

const label = nameText(LABEL_MAX).optional();
const base64url = (bytes: number) =>
  z.string().refine((text) => /^[\w-]+={0,2}$/.test(text) && Buffer.from(text, 'base64url').length === bytes, {
    message: `is not base64url of ${bytes} bytes`,
  });

const byAddressSchema = z.object({
  channel: z.enum(['sms', 'email', 'webhook']),
  address: z.string().trim().min(1).max(ADDRESS_MAX).describe('A phone number, an e-mail address, an https URL'),
  label,
});
const bySubscriptionSchema = z.object({
  channel: z.literal('push'),
  subscription: z
    .object({
      endpoint: z.url().max(ADDRESS_MAX),
      keys: z.object({ p256dh: base64url(65), auth: base64url(16) }),
    })
    .describe('As `PushSubscription.toJSON()` gives it'),
  label,
});

/** Body of a new contact. */
export const addContactSchema = z
  .discriminatedUnion('channel', [byAddressSchema, bySubscriptionSchema])
  .meta({ id: 'AddContact' });
export type AddContact = z.output<typeof addContactSchema>;

/** Body of the order of contacts. */
export const orderContactsSchema = z
  .object({
    ids: z
      .array(z.uuid().toLowerCase())
      .min(1)
      .max(100)
      .refine((ids) => new Set(ids).size === ids.length, 'holds one twice')
      .describe('Contacts, the first to be tried first; those that are not named come after them'),
  })
  .meta({ id: 'OrderContacts' });

/** Body of a verification. */
export const verifyContactSchema = z
  .object({
    code: z
      .string()
      .trim()
      .regex(/^\d{6}$/, 'must have 6 digits'),
  })
  .meta({ id: 'VerifyContact' });

/** A contact as its owner sees it. */
export const contactSchema = describes<Contact>()(
  z
    .object({
      id: z.uuid(),
      channel: z.enum(CHANNELS),
      address: z.string().describe('Of a push subscription its origin alone'),
      label: z.string().nullable(),
      position: z.int().nonnegative().describe('What stands first is tried first'),
      verified: z.boolean().describe('Alerts go to verified contacts alone'),
      createdAt: z.iso.datetime(),
    })
    .meta({ id: 'Contact', description: 'A way to reach a person' }),
);

/** A contact that was just added. */
export const newlyAddedSchema = describes<NewlyAdded>()(
  contactSchema
    .extend({
      secret: z
        .string()
        .optional()
        .describe('Of a webhook: what messages to it are signed with, `whsec_` + base64. Told this once'),
    })
    .meta({ id: 'NewlyAddedContact', description: 'A way to reach a person that was just added' }),
);

/** One's own contacts. */
export const contactsSchema = z
  .object({
    items: z.array(contactSchema),
    channels: z.array(z.enum(CHANNELS)).describe('By what ways this deployment can tell people'),
  })
  .meta({ id: 'Contacts' });
