import type { Database } from '../database/database.js';

/** What an audit can find. `exhausted` is no fault of ours: everybody has been told, and nobody took notice. */
export const FINDING_KINDS = ['unwatched', 'late', 'stopped', 'undelivered', 'exhausted'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** One thing that should have happened and did not; ids alone. */
export interface Finding {
  readonly kind: FindingKind;
  /** Null: deliveries that are of no alert. */
  readonly alertId: string | null;
  /** Null: with the operators. Absent: of deliveries. */
  readonly organisationId?: string | null;
  /** The level where it stands. */
  readonly level?: number;
  /** The level that should have been reached by now. */
  readonly expectedLevel?: number;
  /** When it should have happened, RFC 3339 UTC. */
  readonly dueAt?: string;
  /** How many deliveries are late. */
  readonly deliveries?: number;
  /** It was made due again. */
  readonly rearmed?: true;
}

/** What the last audit found. */
export interface AuditRecord {
  readonly ranAt: Date;
  /** Alerts that were looked at. */
  readonly checked: number;
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
  /** The first of them. */
  readonly items: readonly Finding[];
}

/** Findings that are kept one by one; the others are counted. */
const KEPT = 100;

interface Row {
  readonly ran_at: Date;
  readonly checked: number;
  readonly findings: Pick<AuditRecord, 'counts' | 'items'>;
}

/** The last audit; undefined before the first. Throws as {@link Database.query} does. */
export async function readAudit(database: Database): Promise<AuditRecord | undefined> {
  const { rows } = await database.query<Row>({
    name: 'read-audit',
    text: 'select ran_at, checked, findings from escalation_audit',
  });
  return rows[0] && { ranAt: rows[0].ran_at, checked: rows[0].checked, ...rows[0].findings };
}

/** Keeps the result of an audit in place of the one before. */
export async function writeAudit(
  database: Database,
  ranAt: Date,
  checked: number,
  found: readonly Finding[],
): Promise<void> {
  const counts: Partial<Record<FindingKind, number>> = {};
  for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  await database.query({
    name: 'write-audit',
    text: `insert into escalation_audit (id, ran_at, checked, findings) values (true, $1, $2, $3)
           on conflict (id) do update set ran_at = excluded.ran_at, checked = excluded.checked, findings = excluded.findings
            where escalation_audit.ran_at <= excluded.ran_at`,
    values: [ranAt, checked, JSON.stringify({ counts, items: found.slice(0, KEPT) })],
  });
}

/** Findings that something of ours failed; the others are told, and degrade nothing. */
export function faultsOf({ counts }: Pick<AuditRecord, 'counts'>): number {
  return FINDING_KINDS.filter((kind) => kind !== 'exhausted').reduce((sum, kind) => sum + (counts[kind] ?? 0), 0);
}
