import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import { ROLES } from '../auth/roles.js';
import type { ImportedFeature } from './area-imports.js';
import type { Area } from './area-records.js';
import type { AreaGeometry } from './geometry.js';
import type { Member } from './members.js';
import type { Organisation } from './organisations.js';

const id = z.uuid();
const time = z.iso.datetime();

/** An organisation. */
export const organisationSchema = describes<Organisation>()(
  z
    .object({
      id,
      name: z.string(),
      catchAll: z.boolean().describe('Gets the alerts that no other organisation is near to'),
      timeZone: z.string().describe('IANA name; of its shifts. Where none was set, that of the deployment'),
      createdAt: time,
    })
    .meta({ id: 'Organisation' }),
);
export const organisationsSchema = z.object({ items: z.array(organisationSchema) }).meta({ id: 'Organisations' });

/** Somebody in an organisation. */
export const memberSchema = describes<Member>()(
  z
    .object({
      userId: id,
      name: z.string(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      role: z.enum(ROLES),
      duties: z.array(id).describe('Areas of this organisation that they are on duty for'),
    })
    .meta({ id: 'Member' }),
);
export const membersSchema = z.object({ items: z.array(memberSchema) }).meta({ id: 'Members' });

/** The answer to an invitation, whoever has the login. */
export const invitedSchema = z.object({ invited: z.literal(true) }).meta({ id: 'Invited' });

const ring = z.array(z.array(z.number()).length(2)).describe('Longitude first; the last position is the first one');
const geometrySchema = describes<AreaGeometry>()(
  z
    .union([
      z.object({ type: z.literal('Polygon'), coordinates: z.array(ring) }),
      z.object({ type: z.literal('MultiPolygon'), coordinates: z.array(z.array(ring)) }),
    ])
    .meta({ id: 'AreaGeometry', description: 'What an area covers, as GeoJSON' }),
);

/** An area. */
export const areaSchema = describes<Area>()(
  z
    .object({
      id,
      organisationId: id,
      name: z.string(),
      geometry: geometrySchema.optional().describe('Absent in lists that were asked for without'),
      createdAt: time,
    })
    .meta({ id: 'Area' }),
);
export const areasSchema = z.object({ items: z.array(areaSchema) }).meta({ id: 'Areas' });

const importedSchema = describes<ImportedFeature>()(
  z
    .union([
      z.object({ id, name: z.string(), result: z.enum(['created', 'updated']) }),
      z.object({ name: z.string().nullable(), result: z.literal('skipped'), reason: z.string() }),
    ])
    .meta({ id: 'ImportedFeature', description: 'What became of a feature of an import' }),
);
/** What became of an import. */
export const importSchema = z.object({ items: z.array(importedSchema) }).meta({ id: 'AreaImport' });
