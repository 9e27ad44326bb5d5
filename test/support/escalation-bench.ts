import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Actor, Alert, LogEntry, Places, Press } from '../../src/alerts/alert.js';
import type { Outcome } from '../../src/alerts/alert-batch.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import type { AlertCommand, LifecycleCommand } from '../../src/alerts/decide.js';
import { LogWriter, type Written } from '../../src/alerts/log-writer.js';
import type { Role } from '../../src/auth/roles.js';
import { Database } from '../../src/database/database.js';
import { Escalate, type EscalateResult } from '../../src/escalation/escalate.js';
import type { EscalationPolicy, EscalationStep } from '../../src/escalation/escalation-policy.js';
import { EscalationReader } from '../../src/escalation/escalation-reader.js';
import { rowsOf, type EscalationRow } from '../../src/escalation/escalation-rows.js';
import { escalationSweeper } from '../../src/escalation/escalation-sweeper.js';
import { LogCursors } from '../../src/notifications/log-cursors.js';
import type { DueSweeper } from '../../src/queues/due-sweeper.js';
import { PlantedPeople, type PlantedPerson } from './planted-people.js';
import { TestClock } from './test-clock.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

const NEVER = new AbortController().signal;
export const SIPHO: Actor = { kind: 'responder', id: uuidv7(), name: 'Sipho' };

export interface NewPerson {
  readonly duties?: readonly string[];
  readonly channels?: readonly string[];
  readonly operator?: boolean;
}

/** An organisation, its responder, its dispatcher, and where alerts there belong. */
export interface EscalatingTown {
  readonly id: string;
  readonly rex: PlantedPerson;
  readonly dora: PlantedPerson;
  readonly places: Places;
}

/** A step to everybody of a role. */
export const toRole = (role: Role, delaySeconds = 60): EscalationStep => ({
  targets: [{ kind: 'role', role }],
  delaySeconds,
});
const TWO_STEPS = { steps: [toRole('responder'), toRole('dispatcher')] };

/** Escalations in a real Postgres, without Redis, by a clock that a test moves. */
export class EscalationBench {
  /** After everything that was planted by the time of Postgres. */
  readonly clock = new TestClock('2040-01-01T00:00:00.000Z');
  readonly planted: PlantedPeople;
  readonly cursors: LogCursors;
  readonly results: EscalateResult[] = [];
  readonly #names = new Map<string, string>();
  readonly #writer: LogWriter;
  readonly #sweeper: DueSweeper<EscalationRow>;
  #reader: EscalationReader;
  #running: Promise<unknown>[] = [];

  private constructor(
    private readonly testDatabase: TestDatabase,
    readonly database: Database,
  ) {
    this.planted = new PlantedPeople(testDatabase.url);
    this.cursors = new LogCursors(database);
    this.#writer = new LogWriter(database);
    this.#reader = this.newReader();
    this.#sweeper = escalationSweeper({
      database,
      clock: this.clock,
      queue: { addAgain: () => Promise.reject(new Error('Redis is away')) },
      runner: { runDirectly: (_job, payload) => this.#track(this.escalate().run(payload as never, NEVER)) },
    });
  }

  static async open(): Promise<EscalationBench> {
    Logger.overrideLogger(false);
    const testDatabase = await createTestDatabase();
    return new EscalationBench(testDatabase, new Database(testDatabase.url));
  }

  async close(): Promise<void> {
    await this.planted.close();
    await this.database.close();
    await this.testDatabase.drop();
  }

  /** The job, in this process. @param write in place of what commits to the log */
  escalate(write = (commands: readonly AlertCommand[]): Promise<Written> => this.#writer.write(commands)): {
    run(
      payload: { runs: { alertId: string; organisationId: string }[] },
      signal?: AbortSignal,
    ): Promise<EscalateResult>;
  } {
    return new Escalate({ database: this.database, log: { write }, clock: this.clock });
  }

  newReader(): EscalationReader {
    const { database, cursors, clock } = this;
    const wakers = { notices: async () => undefined, escalations: async () => undefined };
    return new EscalationReader({ database, cursors, clock, wakers, reader: new AlertReader(database) });
  }

  /** An organisation with this policy; without one it has the built-in one. */
  async organisation(policy?: Partial<EscalationPolicy>): Promise<string> {
    const id = await this.planted.organisation();
    if (policy) {
      const whole = { repeat: 0, unreachedSeconds: 15, ...policy };
      await this.planted.sql('insert into escalation_policies values ($1, $2, to_timestamp(1))', [
        id,
        JSON.stringify(whole),
      ]);
    }
    return id;
  }

  /** Somebody who can be reached by `channels`; none: only by looking. */
  async person(name: string, roles: Record<string, Role>, { duties, channels = ['push'], operator }: NewPerson = {}) {
    const person = await this.planted.person(name, roles, duties);
    this.#names.set(person.id, name);
    for (const [position, channel] of channels.entries()) {
      await this.planted.sql(
        `insert into contacts (id, user_id, channel, address, position, verified_at, created_at)
         values ($1, $2, $3, $4, $5, now(), now())`,
        [uuidv7(), person.id, channel, `${channel} of ${person.id}`, position],
      );
    }
    if (operator) await this.planted.sql('update users set operator = true where id = $1', [person.id]);
    return person;
  }

  /** A town with a responder and a dispatcher, whom the steps of its policy reach one after the other. */
  async town(policy: Partial<EscalationPolicy> = TWO_STEPS): Promise<EscalatingTown> {
    const id = await this.organisation(policy);
    const rex = await this.person('Rex', { [id]: 'responder' });
    const dora = await this.person('Dora', { [id]: 'dispatcher' });
    return { id, rex, dora, places: { areas: [], organisations: [id] } };
  }

  async append(command: AlertCommand): Promise<Outcome> {
    return (await this.#writer.write([command])).outcomes[0]!;
  }

  /** Raises an alert and lets the reader hear of it; its id. */
  async raise(press: Partial<Press> = {}): Promise<string> {
    const newId = uuidv7();
    const facts = { severity: 'high' as const, test: false, verified: true, ...press };
    await this.append({ type: 'raise', newId, at: this.#at(), actor: { kind: 'reporter' }, press: facts });
    await this.read();
    return newId;
  }

  /** A step in the life of an alert; the reader hears of it when it reads. */
  async step(alertId: string, step: Partial<LifecycleCommand> & Pick<LifecycleCommand, 'type'>): Promise<Outcome> {
    return this.append({ alertId, at: this.#at(), actor: SIPHO, ...step } as LifecycleCommand);
  }

  /** The reader reads what there is, from where its cursor stands. */
  async read(): Promise<void> {
    this.#reader = this.newReader();
    this.#reader.start(await this.cursors.open(this.#reader.cursor));
    await this.#reader.advance(await this.cursors.head());
  }

  /** Moves the clock and does what is due then, until nothing is. */
  async after(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1000);
    while ((await this.#sweeper.sweep()) > 0) {
      await Promise.all(this.#running.splice(0));
      await this.read();
    }
  }

  async row(alertId: string, organisationId: string | null): Promise<EscalationRow | undefined> {
    const rows = await rowsOf(this.database.pool, [alertId]);
    return rows.find((row) => row.organisationId === organisationId);
  }

  async alert(id: string): Promise<Alert> {
    return (await new AlertReader(this.database).byId(id))!;
  }

  /** What was escalated, in words: level, reason, what was skipped, who was told. */
  async story(alertId: string): Promise<string[]> {
    const entries = await new AlertReader(this.database).timeline(alertId, 0, 1000);
    return entries.flatMap((entry) => (entry.type === 'alert.escalated' ? [this.#wordsOf(entry)] : []));
  }

  /** Who was told by which event and channel, in words. */
  async told(alertId: string): Promise<string[]> {
    const rows = await this.planted.sql(
      `select d.user_id, d.channel, e.type from deliveries d join alert_events e using (seq)
        where d.alert_id = $1 order by d.seq, d.channel`,
      [alertId],
    );
    return rows.map(
      (row) => `${String(row['type'])} to ${this.#names.get(String(row['user_id']))} by ${String(row['channel'])}`,
    );
  }

  /** Somebody's device says that it has it. */
  async receive(alertId: string, userId: string): Promise<void> {
    await this.planted.sql('update deliveries set received_at = $3 where alert_id = $1 and user_id = $2', [
      alertId,
      userId,
      this.clock.now(),
    ]);
  }

  #wordsOf({ details }: LogEntry & { type: 'alert.escalated' }): string {
    const { level, reason, skipped, userIds } = details;
    const names = userIds.map((id) => this.#names.get(id)!).sort((a, b) => a.localeCompare(b));
    return `${level} ${reason}${skipped.length > 0 ? ` past ${skipped.join()}` : ''}: ${names.join() || 'nobody'}`;
  }

  #at(): string {
    return this.clock.now().toISOString();
  }

  #track(run: Promise<EscalateResult>): Promise<EscalateResult> {
    const tracked = run.then((result) => {
      this.results.push(result);
      return result;
    });
    this.#running.push(tracked);
    return tracked;
  }
}
