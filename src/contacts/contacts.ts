import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { contactOf, type Contact, type ContactRow, type NewContact, type NewlyAdded } from './contact.js';

/** Contacts of one account. */
export const CONTACTS_MAX = 20;

/** Whoever is behind an address now is who was there before. */
const IS_THE_SAME = `(c.channel = 'webhook' or c.keys::text is not distinct from excluded.keys::text)`;
const COLUMNS = 'id, channel, address, label, position, verified_at, created_at';

/** A contact as a message to it needs it. */
export interface OwnContact extends ContactRow {
  readonly user_id: string;
}

/** What came of adding one: the same again is no second one. */
export interface AddedContact {
  readonly contact: NewlyAdded;
  readonly isNew: boolean;
}

/** Ways to reach people, each with its owner: nobody sees or changes those of others. Errors as of {@link Database}. */
export class Contacts {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** In the order in which they are tried. */
  async list(userId: string): Promise<Contact[]> {
    const { rows } = await this.database.query<ContactRow>({
      name: 'list-contacts',
      text: `select ${COLUMNS} from contacts where user_id = $1 order by position, id`,
      values: [userId],
    });
    return rows.map(contactOf);
  }

  /** @throws AppError NOT_FOUND */
  async find(userId: string, contactId: string): Promise<OwnContact> {
    const { rows } = await this.database.query<OwnContact>({
      name: 'find-contact',
      text: `select user_id, ${COLUMNS} from contacts where id = $2 and user_id = $1`,
      values: [userId, contactId],
    });
    if (!rows[0]) throw noContact();
    return rows[0];
  }

  /**
   * Adds contacts behind those that there are. One that is there keeps its place and gets the new label; a subscription
   * with other keys is another device, which has to show itself anew; a webhook keeps the key that it has.
   * @throws AppError CONTACT_LIMIT, and then none is added
   */
  async add(userId: string, wanted: readonly NewContact[]): Promise<AddedContact[]> {
    const now = this.clock.now();
    return this.database.transaction(async (client) => {
      // One account, one at a time: the limit and the order count what others add at the same moment.
      await client.query({ name: 'lock-user', text: 'select 1 from users where id = $1 for update', values: [userId] });
      const added: AddedContact[] = [];
      for (const { channel, address, keys, label } of wanted) {
        const { rows } = await client.query<ContactRow & { is_new: boolean }>({
          name: 'add-contact',
          text: `insert into contacts as c (id, user_id, channel, address, keys, label, position, created_at)
                 select $2, $1, $3, $4, $5, $6, coalesce(max(position) + 1, 0), $7 from contacts where user_id = $1
                 on conflict (user_id, channel, address) do update
                    set label = coalesce(excluded.label, c.label), 
                        keys = case when c.channel = 'webhook' then c.keys else excluded.keys end,
                        verified_at = case when ${IS_THE_SAME}
                                           then c.verified_at end,
                        created_at = case when ${IS_THE_SAME}
                                          then c.created_at else excluded.created_at end
                 returning ${COLUMNS}, id = $2 as is_new`,
          values: [userId, uuidv7(), channel, address, keys ? JSON.stringify(keys) : null, label ?? null, now],
        });
        const { is_new: isNew, ...row } = rows[0]!;
        const told = isNew && keys && 'secret' in keys ? { secret: keys.secret } : {};
        added.push({ contact: { ...contactOf(row), ...told }, isNew });
      }
      const { rows } = await client.query<{ count: number }>({
        name: 'count-contacts',
        text: 'select count(*)::int as count from contacts where user_id = $1',
        values: [userId],
      });
      if (rows[0]!.count > CONTACTS_MAX && added.some(({ isNew }) => isNew)) throw new AppError('CONTACT_LIMIT');
      return added;
    });
  }

  /** The phone and the e-mail address that somebody signs in with. */
  async loginsOf(userId: string): Promise<NewContact[]> {
    const { rows } = await this.database.query<{ email: string | null; phone: string | null }>({
      name: 'logins-of-user',
      text: 'select email, phone from users where id = $1',
      values: [userId],
    });
    const { email, phone } = rows[0] ?? {};
    return [
      ...(phone ? [{ channel: 'sms' as const, address: phone }] : []),
      ...(email ? [{ channel: 'email' as const, address: email }] : []),
    ];
  }

  /** Puts these first, in this order, before all others in theirs. @throws AppError NOT_FOUND when one is not theirs */
  async order(userId: string, ids: readonly string[]): Promise<void> {
    await this.database.transaction(async (client) => {
      const { rows } = await client.query<{ id: string }>({
        name: 'lock-contacts',
        text: 'select id from contacts where user_id = $1 order by position, id for update',
        values: [userId],
      });
      const own = rows.map(({ id }) => id);
      if (!ids.every((id) => own.includes(id))) throw noContact();
      await client.query({
        name: 'order-contacts',
        text: `update contacts set position = o.position - 1
                 from unnest($1::uuid[]) with ordinality as o (id, position) where contacts.id = o.id`,
        values: [[...ids, ...own.filter((id) => !ids.includes(id))]],
      });
    });
  }

  /** @throws AppError NOT_FOUND */
  async remove(userId: string, contactId: string): Promise<void> {
    const { rowCount } = await this.database.query({
      name: 'remove-contact',
      text: 'delete from contacts where id = $2 and user_id = $1',
      values: [userId, contactId],
    });
    if (rowCount === 0) throw noContact();
  }
}

function noContact(): AppError {
  return new AppError('NOT_FOUND', 'There is no such contact');
}
