import type { PoolClient } from 'pg';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { DEFAULT_POLICY, type EscalationPolicy } from './escalation-policy.js';
import { ownPolicy } from './plans.js';

/** How an organisation calls its people. */
export interface HeldPolicy {
  readonly policy: EscalationPolicy;
  /** It has set none of its own. */
  readonly isDefault: boolean;
}

/** The policies of organisations. All throw NOT_FOUND where there is no such organisation, and as the database does. */
export class EscalationPolicies {
  constructor(private readonly parts: { readonly database: Database; readonly clock: Clock }) {}

  async read(organisationId: string): Promise<HeldPolicy> {
    const own = await this.#change(organisationId, async (client) => ownPolicy(client, organisationId));
    return own.policy ? { policy: own.policy, isDefault: false } : { policy: DEFAULT_POLICY, isDefault: true };
  }

  /**
   * Holds at once: alerts that are escalating go on with its first step. The same one again changes nothing.
   * @throws AppError REQUEST_INVALID for somebody who is no member
   */
  async set(organisationId: string, policy: EscalationPolicy): Promise<HeldPolicy> {
    await this.#change(organisationId, async (client) => {
      await requireMembers(client, organisationId, policy);
      const now = this.parts.clock.now();
      await client.query(
        `insert into escalation_policies (organisation_id, policy, updated_at) values ($1, $2, $3)
         on conflict (organisation_id) do update set policy = excluded.policy, updated_at = excluded.updated_at
          where escalation_policies.policy::text <> excluded.policy::text`,
        [organisationId, JSON.stringify(policy), now],
      );
      await lookAgain(client, organisationId, now);
    });
    return { policy, isDefault: false };
  }

  /** Back to the one that organisations have by default. That it was changed, and when, stays. */
  async remove(organisationId: string): Promise<void> {
    await this.#change(organisationId, async (client) => {
      const now = this.parts.clock.now();
      await client.query(
        `update escalation_policies set policy = 'null', updated_at = $2
          where organisation_id = $1 and policy::text <> 'null'`,
        [organisationId, now],
      );
      await lookAgain(client, organisationId, now);
    });
  }

  async #change<T>(organisationId: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.parts.database.transaction(async (client) => {
      const { rowCount } = await client.query('select from organisations where id = $1 for key share', [
        organisationId,
      ]);
      if (rowCount === 0) throw new AppError('NOT_FOUND', 'There is no such organisation');
      return work(client);
    });
  }
}

/** What is due goes by the policy of before: whoever runs it decides by the one that holds now. */
async function lookAgain(client: PoolClient, organisationId: string, now: Date): Promise<void> {
  await client.query(
    `update escalations set next_escalation_at = $2
      where organisation_id = $1 and ended is null and next_escalation_at > $2`,
    [organisationId, now],
  );
}

async function requireMembers(client: PoolClient, organisationId: string, { steps }: EscalationPolicy): Promise<void> {
  const named = steps.flatMap(({ targets }, step) =>
    targets.flatMap((target, index) =>
      target.kind === 'person' ? [{ userId: target.userId, path: `steps.${step}.targets.${index}.userId` }] : [],
    ),
  );
  const { rows } = await client.query<{ user_id: string }>(
    'select user_id from memberships where organisation_id = $1 and user_id = any($2::uuid[])',
    [organisationId, named.map(({ userId }) => userId)],
  );
  const members = new Set(rows.map((row) => row.user_id));
  const errors = named.flatMap(({ userId, path }) =>
    members.has(userId.toLowerCase()) ? [] : [{ path, message: 'is no member of the organisation' }],
  );
  if (errors.length > 0) throw new AppError('REQUEST_INVALID', 'Some fields are not valid', { errors });
}
