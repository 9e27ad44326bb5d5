import { Client } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { EscalationPolicy } from '../../src/escalation/escalation-policy.js';
import { calledTown, type CalledTown } from './called-town.js';
import { eventually } from './eventually.js';
import { openJobBench, type JobBench } from './job-bench.js';
import { newVapidKeys, startPushService, type PushService } from './push-service.js';
import { startSmsStub, type SmsStub } from './sms-stub.js';
import { isAlive, startWorker, type WorkerProcess } from './worker-process.js';
import { PlantedPeople } from './planted-people.js';

/** Workers in processes of their own that tell people by text message, and hands on every moment of it. */
export class DrillBench {
  readonly planted: PlantedPeople;
  readonly #lock: Client;
  readonly #lockReady: Promise<unknown>;

  private constructor(
    readonly jobs: JobBench,
    readonly sms: SmsStub,
    private readonly push: PushService,
  ) {
    const url = jobs.env['DATABASE_URL']!;
    this.planted = new PlantedPeople(url);
    this.#lock = new Client({ connectionString: url });
    this.#lockReady = this.#lock.connect();
  }

  static async open(): Promise<DrillBench> {
    const parts = await Promise.all([openJobBench(), startSmsStub(), startPushService(newVapidKeys())]);
    parts[0].publish();
    return new DrillBench(...parts);
  }

  async close(): Promise<void> {
    await this.#lock.end();
    await this.planted.close();
    await Promise.all([this.jobs.close(), this.sms.close(), this.push.close()]);
  }

  get env(): Record<string, string> {
    return { ...this.jobs.env, ...this.sms.env, NABOOM_WEBHOOK_URLS: '', NABOOM_SMS_PROVIDERS: 'clickatell' };
  }

  start(): Promise<WorkerProcess> {
    return startWorker(this.env);
  }

  /** `kill -9` of a worker and of what it runs its jobs in; what they asked of Postgres is never answered. */
  async kill(worker: WorkerProcess): Promise<void> {
    const children = worker.children();
    for (const child of children) process.kill(child, 'SIGKILL');
    await worker.end('SIGKILL');
    await eventually(() => !children.some(isAlive), { what: 'the end of the job processes' });
    await this.planted.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'naboom%' and wait_event_type = 'Lock'`,
    );
    await this.#unlock();
  }

  /** People of a new organisation, whom its policy calls by text message. */
  async town(steps: EscalationPolicy['steps']): Promise<CalledTown> {
    const id = await this.planted.organisation();
    const policy: EscalationPolicy = { steps, repeat: 0, unreachedSeconds: 600 };
    await this.planted.sql('insert into escalation_policies values ($1, $2, to_timestamp(1))', [
      id,
      JSON.stringify(policy),
    ]);
    return calledTown(this.planted, { id, area: await this.planted.area(id) }, () => this.push.device());
  }

  /** Raises an alert there, as an API process would; its id. */
  async raise({ id, area }: CalledTown): Promise<string> {
    const newId = uuidv7();
    const places = { areas: [area], organisations: [id] };
    const press = { severity: 'high' as const, test: false, verified: true, places };
    const at = new Date().toISOString();
    await this.jobs.log.append({ type: 'raise', newId, at, actor: { kind: 'reporter' }, press });
    return newId;
  }

  /** Somebody takes notice of it. */
  async answer(alertId: string): Promise<void> {
    const actor = { kind: 'responder', id: uuidv7(), name: 'Rex' } as const;
    await this.jobs.log.append({ type: 'acknowledge', alertId, at: new Date().toISOString(), actor });
  }

  /** Holds what this statement locks until the next kill: whoever would write to them waits. */
  async lock(statement: string, values: unknown[] = []): Promise<void> {
    await this.#lockReady;
    await this.#lock.query('begin');
    await this.#lock.query(statement, values);
  }

  /** Resolves when a process of ours waits to do what begins with these words. */
  async untilWaiting(statement: string): Promise<void> {
    await eventually(
      async () => {
        const rows = await this.planted.sql(
          `select pid from pg_stat_activity where datname = current_database() and application_name like 'naboom%'
              and wait_event_type = 'Lock' and starts_with(ltrim(query, E' \\n'), $1)`,
          [statement],
        );
        return rows.length > 0;
      },
      { everyMs: 5, what: `waiting for a lock: ${statement}` },
    );
  }

  /** Resolves when everybody has been told what there is to tell; ms since `since`. */
  async untilTold(alertId: string, deliveries: number, since: number): Promise<number> {
    await eventually(
      async () => {
        const rows = await this.planted.sql('select status from deliveries where alert_id = $1', [alertId]);
        return rows.length === deliveries && rows.every((row) => row['status'] === 'delivered');
      },
      { what: `${deliveries} messages of an alert` },
    );
    return Date.now() - since;
  }

  /** How often the provider was asked to tell each of these people, and by how many references. */
  asked(people: readonly { readonly phone: string }[]): { times: number; references: number }[] {
    return people.map(({ phone }) => {
      const texts = this.sms.asked.filter(({ to }) => to === phone);
      return { times: texts.length, references: new Set(texts.map(({ reference }) => reference)).size };
    });
  }

  async #unlock(): Promise<void> {
    await this.#lockReady;
    await this.#lock.query('rollback');
  }
}

/** Those on duty by text message, and the dispatchers so many seconds later. */
export function byText(delaySeconds: number): EscalationPolicy['steps'] {
  return [
    { targets: [{ kind: 'on_duty' }], channels: ['sms'], delaySeconds },
    { targets: [{ kind: 'role', role: 'dispatcher' }], channels: ['sms'], delaySeconds: 600 },
  ];
}
