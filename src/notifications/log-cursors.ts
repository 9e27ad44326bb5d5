import type { PoolClient } from 'pg';
import type { Database } from '../database/database.js';

/** The durable readers of the log. Retention keeps every event that one of them has still to read. */
export type CursorName = 'deliveries' | 'streams' | 'escalations';

/** Somebody else moved the cursor, or an entry was no entry of the log: start again from what Postgres says. */
export class CursorMoved extends Error {}

/** How far each durable reader has come (`log_cursors`). */
export class LogCursors {
  constructor(private readonly database: Database) {}

  /**
   * Where a reader goes on. One that no migration gave a start begins at the head of the log: the streams hold what
   * the nodes have added since, and what was before is nobody's wait.
   */
  async open(name: CursorName): Promise<number> {
    await this.database.query({
      name: 'create-cursor',
      text: 'insert into log_cursors (name, seq) select $1, seq from log_head on conflict (name) do nothing',
      values: [name],
    });
    const { rows } = await this.database.query<{ seq: string }>({
      name: 'read-cursor',
      text: 'select seq from log_cursors where name = $1',
      values: [name],
    });
    return Number(rows[0]?.seq ?? 0);
  }

  /** The last `seq` of the log. */
  async head(): Promise<number> {
    const { rows } = await this.database.query<{ seq: string }>({
      name: 'read-head',
      text: 'select seq from log_head',
    });
    return Number(rows[0]?.seq ?? 0);
  }

  /**
   * Moves a cursor from where it must be to an event that must be in the log; within the caller's transaction where
   * there is one.
   * @throws CursorMoved when either is not so; the transaction must not commit then
   */
  async advance(name: CursorName, from: number, to: number, client?: PoolClient): Promise<void> {
    const statement = {
      name: 'advance-cursor',
      text: `update log_cursors set seq = $3
              where name = $1 and seq = $2 and $3 <= (select seq from log_head)`,
      values: [name, from, to],
    };
    const { rowCount } = await (client ? client.query(statement) : this.database.query(statement));
    if (rowCount !== 1) throw new CursorMoved(`the cursor ${name} is not at ${from}, or ${to} is not in the log`);
  }
}
