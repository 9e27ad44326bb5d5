import type { Alert } from '../alerts/alert.js';
import type { Queryable } from '../schedules/on-duty.js';
import {
  DEFAULT_POLICY,
  escalationPolicySchema,
  UNVERIFIED_POLICY,
  type EscalationPolicy,
} from './escalation-policy.js';
import type { EscalationPlan, HeldPlan } from './escalation-plan.js';

/** In the table `escalations`, the operators' part of an alert that belongs to no organisation. */
export const OPERATORS_ID = '00000000-0000-0000-0000-000000000000';

/** Of an alert that belongs to no organisation: nobody else would hear of it. */
export const OPERATORS_PLAN: EscalationPlan = {
  steps: [{ targets: [{ kind: 'operators' }], delaySeconds: 120 }],
  repeat: 1,
  unreachedSeconds: 15,
};

/** The policy that an organisation has set, and when, ms; undefined: it has none, and 0: it never had one. */
export async function ownPolicy(
  database: Queryable,
  organisationId: string,
): Promise<{ readonly policy: EscalationPolicy | undefined; readonly since: number }> {
  const { rows } = await database.query<{ policy: unknown; updated_at: Date }>({
    name: 'read-escalation-policy',
    text: 'select policy, updated_at from escalation_policies where organisation_id = $1',
    values: [organisationId],
  });
  const [row] = rows;
  return { policy: row && readPolicy(row.policy), since: row?.updated_at.getTime() ?? 0 };
}

/** A stored policy; undefined for one of another version that cannot be read: it must not keep anybody from being called. */
export function readPolicy(stored: unknown): EscalationPolicy | undefined {
  return escalationPolicySchema.safeParse(stored).data;
}

/** What an alert's escalation goes by in an organisation; null: with the operators. */
export async function planFor(
  database: Queryable,
  alert: Pick<Alert, 'verified'>,
  organisationId: string | null,
): Promise<HeldPlan> {
  if (organisationId === null) return { plan: OPERATORS_PLAN, since: 0 };
  if (!alert.verified) return { plan: UNVERIFIED_POLICY, since: 0 };
  const { policy, since } = await ownPolicy(database, organisationId);
  return { plan: policy ?? DEFAULT_POLICY, since };
}
