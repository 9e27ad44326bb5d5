import type { Database } from '../database/database.js';
import type { LoggedStand } from './audit-history.js';
import type { AuditedAlert, HeldPolicy } from './audit.js';
import { DEFAULT_POLICY, UNVERIFIED_POLICY } from './escalation-policy.js';
import { OPERATORS_PLAN, readPolicy } from './plans.js';

interface Row {
  readonly organisation_id: string;
  readonly policy: unknown;
  readonly updated_at: Date;
}

/** The rules by which some alerts should have been escalated. */
export class AuditPolicies {
  private constructor(private readonly own: ReadonlyMap<string, HeldPolicy>) {}

  /** Those of the organisations of these alerts. */
  static async of(database: Database, alerts: readonly AuditedAlert[]): Promise<AuditPolicies> {
    const ids = new Set(alerts.flatMap(({ stands }) => stands.flatMap(({ organisationId }) => organisationId ?? [])));
    if (ids.size === 0) return new AuditPolicies(new Map());
    const { rows } = await database.query<Row>({
      name: 'audit-policies',
      text: 'select organisation_id, policy, updated_at from escalation_policies where organisation_id = any ($1::uuid[])',
      values: [[...ids]],
    });
    return new AuditPolicies(new Map(rows.map(readRow)));
  }

  of({ organisationId }: LoggedStand, verified: boolean): HeldPolicy {
    if (organisationId === null) return { policy: OPERATORS_PLAN, since: 0 };
    if (!verified) return { policy: UNVERIFIED_POLICY, since: 0 };
    return this.own.get(organisationId) ?? { policy: DEFAULT_POLICY, since: 0 };
  }
}

function readRow({ organisation_id: id, policy, updated_at: at }: Row): [string, HeldPolicy] {
  return [id, { policy: readPolicy(policy) ?? DEFAULT_POLICY, since: at.getTime() }];
}
