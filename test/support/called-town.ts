import { randomInt } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Channel } from '../../src/alerts/channel.js';
import type { Role } from '../../src/auth/roles.js';
import type { EscalationPolicy } from '../../src/escalation/escalation-policy.js';
import type { PlantedPeople, PlantedPerson } from './planted-people.js';
import type { PushDevice } from './push-service.js';

/** Who is called in a town, and where to. */
export interface CalledPerson extends PlantedPerson {
  readonly phone: string;
  readonly device: PushDevice;
}

/** Two on duty in an area, and a dispatcher; each by push first and then by text message. */
export interface CalledTown {
  readonly id: string;
  readonly area: string;
  readonly rex: CalledPerson;
  readonly ann: CalledPerson;
  readonly dora: CalledPerson;
}

/** Calls those on duty by push and then by text message, at last the dispatchers. */
export const POLICY: EscalationPolicy = {
  steps: [
    { targets: [{ kind: 'on_duty' }], channels: ['push'], delaySeconds: 60 },
    { targets: [{ kind: 'on_duty' }], channels: ['sms'], delaySeconds: 120 },
    { targets: [{ kind: 'role', role: 'dispatcher' }], channels: ['sms'], delaySeconds: 180 },
  ],
  repeat: 0,
  unreachedSeconds: 15,
};

/** Writes people into the database. */
export async function calledTown(
  planted: PlantedPeople,
  { id, area }: Pick<CalledTown, 'id' | 'area'>,
  newDevice: () => PushDevice,
): Promise<CalledTown> {
  const called = async (name: string, role: Role, duties: string[] = []) => {
    const person = await planted.person(name, { [id]: role }, duties);
    const [phone, device] = [`+2782${randomInt(1_000_000, 9_999_999)}`, newDevice()];
    await addContact(planted, person.id, { channel: 'push', address: device.endpoint, keys: device.keys });
    await addContact(planted, person.id, { channel: 'sms', address: phone });
    return { ...person, phone, device };
  };
  return {
    id,
    area,
    rex: await called('Rex', 'responder', [area]),
    ann: await called('Ann', 'responder', [area]),
    dora: await called('Dora', 'dispatcher'),
  };
}

/** A verified contact, behind those that the person has. */
export async function addContact(
  planted: PlantedPeople,
  userId: string,
  { channel, address, keys }: { channel: Channel; address: string; keys?: object },
): Promise<void> {
  await planted.sql(
    `insert into contacts (id, user_id, channel, address, keys, position, verified_at, created_at)
     select $1, $2, $3, $4, $5, count(*), now(), now() from contacts where user_id = $2`,
    [uuidv7(), userId, channel, address, keys ? JSON.stringify(keys) : null],
  );
}
