import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import type { ApiKeySummary } from '../auth/api-keys.js';
import { ROLES, SCOPES } from '../auth/roles.js';
import type { SessionSummary } from '../auth/session.js';
import type { Profile } from './accounts.js';
import type { UserSummary } from './user-administration.js';

const id = z.uuid();
const time = z.iso.datetime();

/** An account as its owner sees it. */
const profileSchema = describes<Profile>()(
  z
    .object({
      id,
      name: z.string(),
      email: z.string().nullable(),
      phone: z.string().nullable().describe('E.164'),
      emailVerified: z.boolean().describe('It is a verified contact of theirs'),
      phoneVerified: z.boolean(),
      operator: z.boolean().describe('Runs the deployment'),
      memberships: z.array(z.object({ organisationId: id, organisation: z.string(), role: z.enum(ROLES) })),
      invitations: z
        .array(
          z.object({
            organisationId: id,
            organisation: z.string(),
            role: z.enum(ROLES),
            invitedBy: z.string().optional(),
          }),
        )
        .describe('Organisations that ask them to join'),
      duties: z.array(id).describe('Areas that they are on duty for'),
      homeAreas: z.array(id).describe('Where their alerts belong while nobody knows where they are'),
    })
    .meta({ id: 'Profile', description: 'An account as its owner sees it' }),
);

/** The answer to a login. */
export const signedInSchema = z
  .object({ token: z.string().describe('For `Authorization: Bearer`'), expiresAt: time, user: profileSchema })
  .meta({ id: 'SignedIn' });

/** Who is signed in. */
export const meSchema = z
  .object({ user: profileSchema, session: z.object({ id, expiresAt: time }) })
  .meta({ id: 'Me' });

const sessionFields = { id, userAgent: z.string().nullable(), createdAt: time, expiresAt: time };
const sessionSchema = describes<SessionSummary & { current: boolean }>()(
  z.object({ ...sessionFields, current: z.boolean().describe('The one that asks') }).meta({ id: 'Session' }),
);

/** One's own sessions. */
export const sessionsSchema = z.object({ items: z.array(sessionSchema) }).meta({ id: 'Sessions' });

const userSchema = describes<UserSummary>()(
  z
    .object({
      id,
      name: z.string(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      operator: z.boolean(),
      disabled: z.boolean(),
      createdAt: time,
    })
    .meta({ id: 'User', description: 'An account as operators see it' }),
);

/** A page of accounts. */
export const userPageSchema = z
  .object({ items: z.array(userSchema), next: id.nullable().describe('`cursor` of the next page') })
  .meta({ id: 'UserPage' });

const scopes = z.array(z.enum(SCOPES));
const apiKeySummarySchema = describes<ApiKeySummary>()(
  z
    .object({
      id,
      name: z.string(),
      scopes,
      createdAt: time,
      createdBy: z.string().nullable(),
      lastUsedAt: time.nullable(),
    })
    .meta({ id: 'ApiKey', description: 'A key of a program, without the key itself' }),
);

/** The keys of an organisation. */
export const apiKeysSchema = z.object({ items: z.array(apiKeySummarySchema) }).meta({ id: 'ApiKeys' });

/** A new key. */
export const newApiKeySchema = z
  .object({ id, name: z.string(), scopes, key: z.string().describe('Told this once') })
  .meta({ id: 'NewApiKey' });
