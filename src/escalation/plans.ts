import type { Alert } from '../alerts/alert.js';
import type { Queryable } from '../schedules/on-duty.js';
import {
  DEFAULT_POLICY,
  escalationPolicySchema,
  UNVERIFIED_POLICY,
  type EscalationPolicy,
} from './escalation-policy.js';
import type { EscalationPlan } from './escalation-plan.js';

/** In the table `escalations`, the operators' part of an alert that belongs to no organisation. */
export const OPERATORS_ID = '00000000-0000-0000-0000-000000000000';

/** Of an alert that belongs to no organisation: nobody else would hear of it. */
export const OPERATORS_PLAN: EscalationPlan = {
  steps: [{ targets: [{ kind: 'operators' }], delaySeconds: 120 }],
  repeat: 1,
  unreachedSeconds: 15,
};

/** The policy that an organisation has set; undefined: it has set none. */
export async function ownPolicy(database: Queryable, organisationId: string): Promise<EscalationPolicy | undefined> {
  const { rows } = await database.query<{ policy: unknown }>({
    name: 'read-escalation-policy',
    text: 'select policy from escalation_policies where organisation_id = $1',
    values: [organisationId],
  });
  return rows[0] && readPolicy(rows[0].policy);
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
): Promise<EscalationPlan> {
  if (organisationId === null) return OPERATORS_PLAN;
  if (!alert.verified) return UNVERIFIED_POLICY;
  return (await ownPolicy(database, organisationId)) ?? DEFAULT_POLICY;
}
