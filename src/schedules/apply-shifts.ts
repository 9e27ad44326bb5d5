import { lockOrganisation } from '../areas/membership-rows.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { Logger } from '../observability/nest-log.js';
import type { JobHandler } from '../queues/job-handler.js';
import { applySchedule, dutyChanges, isEmpty } from './apply-schedule.js';

/** What one run did. */
export interface AppliedShifts {
  readonly organisations: number;
  readonly begun: number;
  readonly ended: number;
}

/**
 * The job `apply-shifts`: makes duties what shifts and overrides say now. However long it did not run, one run puts
 * everything right; two at once do it once, one after the other in each organisation.
 */
export class ApplyShifts implements JobHandler<'apply-shifts'> {
  readonly job = 'apply-shifts';
  readonly #logger = new Logger('Schedules');

  constructor(private readonly parts: { readonly database: Database; readonly clock: Clock }) {}

  /** @throws Error when an organisation failed; the others are done */
  async run(_payload: unknown, signal: AbortSignal): Promise<AppliedShifts> {
    const organisations = await this.#organisations();
    let [begun, ended, failed] = [0, 0, 0];
    for (const organisationId of organisations) {
      signal.throwIfAborted();
      try {
        const { begin, end } = await this.#apply(organisationId);
        begun += begin.length;
        ended += end.length;
      } catch (error) {
        failed += 1;
        this.#logger.warn({ err: error, organisationId }, 'the shifts of an organisation wait');
      }
    }
    if (failed > 0) throw new Error(`The shifts of ${failed} of ${organisations.length} organisations wait`);
    return { organisations: organisations.length, begun, ended };
  }

  /** Takes the lock only where something is to be done, and then looks again. */
  async #apply(organisationId: string) {
    const { database, clock } = this.parts;
    const planned = await dutyChanges(database.pool, organisationId, clock.now());
    if (isEmpty(planned)) return planned;
    return database.transaction(async (client) => {
      await lockOrganisation(client, organisationId);
      return applySchedule(client, organisationId, clock.now());
    });
  }

  /** Those with shifts, with overrides that are not over, or with duties that came of them. */
  async #organisations(): Promise<string[]> {
    const { rows } = await this.parts.database.query<{ id: string }>({
      name: 'organisations-with-shifts',
      text: `select organisation_id as id from shifts
              union select organisation_id from shift_overrides where until_at > $1
              union select a.organisation_id from duties d join areas a on a.id = d.area_id where d.until is not null`,
      values: [this.parts.clock.now()],
    });
    return rows.map(({ id }) => id);
  }
}
