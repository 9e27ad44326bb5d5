import { z } from 'zod';
import { ROLES } from '../auth/roles.js';
import { timeZoneSchema } from '../config/time-zone.js';
import { nameText, text as storableText } from '../alerts/alert.schemas.js';

export const NAME_MAX = 200;
const LOGIN_MAX = 320;
const name = nameText(NAME_MAX);
const timeZone = timeZoneSchema.meta({ description: 'IANA name, such as Africa/Johannesburg; of its shifts' });
const changesSomething = (body: object) => Object.keys(body).length > 0;

/** Body of a new organisation. */
export const createOrganisationSchema = z
  .object({ name, catchAll: z.boolean().default(false), timeZone: timeZone.optional() })
  .meta({ id: 'CreateOrganisation' });

/** Body of a change of an organisation. */
export const changeOrganisationSchema = z
  .object({ name: name.optional(), catchAll: z.boolean().optional(), timeZone: timeZone.optional() })
  .refine(changesSomething, 'says nothing to change')
  .meta({ id: 'ChangeOrganisation' });

const role = z.enum(ROLES);
/** Body of a new member, by e-mail or phone. */
export const addMemberSchema = z.object({ login: storableText(LOGIN_MAX), role }).meta({ id: 'AddMember' });
/** Body of a member's role. */
export const setRoleSchema = z.object({ role }).meta({ id: 'SetRole' });

/** What a GeoJSON reader looks at later; here only that it is there. */
const geometry = z.looseObject({ type: z.string() });
/** Body of a new area. */
export const createAreaSchema = z.object({ name, geometry }).meta({ id: 'CreateArea' });
/** Body of a change of an area; what is absent stays. */
export const changeAreaSchema = z
  .object({ name: name.optional(), geometry: geometry.optional() })
  .refine(changesSomething, 'says nothing to change')
  .meta({ id: 'ChangeArea' });
/** Query of the list of areas. */
export const listAreasSchema = z
  .object({ geometry: z.enum(['true', 'false']).default('true') })
  .meta({ id: 'ListAreas' });
