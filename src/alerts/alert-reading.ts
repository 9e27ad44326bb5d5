import { personOf, type Caller } from '../auth/caller.js';
import { listedPlaces, requireMay, sightOf, type Sight } from '../auth/policy.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import type { Alert, LogEntry } from './alert.js';
import type { AlertFilter, AlertLists } from './alert-lists.js';
import type { AlertReader } from './alert-reader.js';
import { provisionalError } from './alert-state-error.js';
import { listSchema, timelineSchema } from './alert.schemas.js';
import type { ProvisionalAlerts } from './provisional-alerts.js';
import type { Reach, ReachCounts, ReachReader } from './reach-reader.js';
import { REACH_STAGES } from './reach-stage.js';
import {
  messageOf,
  provisionalView,
  viewOf,
  type AlertMessage,
  type ReporterView,
  type ResponderView,
} from './alert-views.js';

type View = ResponderView | ReporterView;

const NOBODY = Object.fromEntries(REACH_STAGES.map((stage) => [stage, 0])) as ReachCounts;

/** One page, and what the next begins after; null on the last. */
export interface Page<T, C> {
  readonly items: readonly T[];
  readonly next: C | null;
}

/** An alert, and how much of it somebody sees. */
export interface SeenBy {
  readonly alert: Alert;
  readonly sight: Sight;
}

/** What a caller may read of the alerts. All throw as of {@link requireMay} and as the reads of the log do. */
export class AlertReading {
  constructor(
    private readonly reader: AlertReader,
    private readonly lists: AlertLists,
    private readonly reach: ReachReader,
    private readonly provisional: Pick<ProvisionalAlerts, 'get'>,
  ) {}

  /** An alert as the caller sees it, and whom it reached; a provisional one has reached nobody yet. @throws as {@link seen} */
  async one(caller: Caller, id: string): Promise<View & { readonly reach: Reach; readonly provisional?: true }> {
    const { alert, sight, provisional } = await this.#look(caller, id);
    if (provisional) return { ...provisionalView(alert, sight), reach: { counts: NOBODY } };
    return { ...viewOf(alert, sight), reach: await this.reach.of(alert, caller, sight === 'own') };
  }

  /**
   * An alert, if the caller sees something of it. Who may see no alert at all is not told which ones there are.
   * @throws AppError ALERT_NOT_FOUND; ALERT_PROVISIONAL for one that is not in the log yet
   */
  async seen(caller: Caller, id: string): Promise<SeenBy> {
    const { alert, sight, provisional } = await this.#look(caller, id);
    if (provisional) throw provisionalError();
    return { alert, sight };
  }

  async #look(caller: Caller, id: string): Promise<SeenBy & { readonly provisional: boolean }> {
    requireMay(caller, caller.kind !== 'anonymous');
    const wanted = readId(id, 'ALERT_NOT_FOUND');
    const waiting = this.provisional.get(wanted);
    const alert = waiting ?? (await this.reader.byId(wanted));
    if (!alert && caller.kind === 'operator') throw new AppError('ALERT_NOT_FOUND');
    const sight = alert && sightOf(caller, alert);
    requireMay(caller, sight !== undefined);
    return { alert: alert!, sight: sight!, provisional: waiting !== undefined };
  }

  /** What the caller may list, newest first, each as they see it. */
  async list(caller: Caller, query: unknown): Promise<Page<View, string>> {
    const places = listedPlaces(caller);
    requireMay(caller, places !== undefined);
    const { cursor, area, organisation, ...narrowed } = parse(listSchema, query);
    const filter: AlertFilter = {
      ...narrowed,
      before: cursor,
      anyOf: places === 'all' ? undefined : places,
      allOf: [area, organisation].filter((place) => place !== undefined),
      reporterId: personOf(caller)?.id,
    };
    const items: View[] = [];
    let before = cursor;
    for (;;) {
      const page = await this.lists.page({ ...filter, before });
      for (const alert of page) {
        const view = listedView(caller, alert, filter);
        if (view) items.push(view);
        if (items.length === filter.limit) return { items, next: view!.id };
      }
      if (page.length < filter.limit) return { items, next: null };
      before = page.at(-1)!.id;
    }
  }

  /** What happened to an alert, in order, as the caller sees it. */
  async timeline(caller: Caller, id: string, query: unknown): Promise<Page<AlertMessage<View>, number>> {
    const { alert, sight } = await this.seen(caller, id);
    const { cursor, limit } = parse(timelineSchema, query);
    const items: AlertMessage<View>[] = [];
    let after = cursor;
    for (;;) {
      const entries: LogEntry[] = await this.reader.timeline(alert.id, after, limit);
      // What is not for the reporter leaves no gap, which would tell of it.
      for (const entry of entries) {
        const message = messageOf(entry, sight);
        if (message) items.push(message);
        if (items.length === limit) return { items, next: message!.seq };
      }
      if (entries.length < limit) return { items, next: null };
      after = entries.at(-1)!.seq;
    }
  }
}

/**
 * An alert of a list as the caller sees it; undefined where it is not for this list. To its reporter an alert may be in
 * another state than to the database, and belongs to no area: that is how others answer it.
 */
function listedView(caller: Caller, alert: Alert, { status, severity, allOf = [] }: AlertFilter): View | undefined {
  const sight = sightOf(caller, alert);
  if (!sight) return undefined;
  const view = viewOf(alert, sight);
  if (sight !== 'own') return view;
  const isAskedFor = (status ?? view.status) === view.status && (severity ?? view.severity) === view.severity;
  return isAskedFor && allOf.length === 0 ? view : undefined;
}
