import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { dutyAt } from './duty-at.js';
import { begunByHand } from './on-duty.js';
import { readSchedule } from './schedule-rows.js';

/** Somebody who is on duty at a moment. */
export interface RosterEntry {
  readonly userId: string;
  readonly name: string;
  /** Null: everywhere in the organisation. */
  readonly areaIds: readonly string[] | null;
  /** RFC 3339 UTC; null: begun by hand, until they end it. */
  readonly until: string | null;
  readonly by: 'person' | 'schedule';
}

/** Who is on duty at a moment. */
export interface Roster {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly items: readonly RosterEntry[];
}

interface Turn {
  readonly userId: string;
  readonly areaId: string | null;
  /** ms; null: begun by hand. */
  readonly until: number | null;
}

/** Who is on duty in an organisation at a moment, by name; everybody, or one person. @throws AppError NOT_FOUND */
export async function readRoster(
  database: Database,
  { organisationId, at, userId }: { organisationId: string; at: Date; userId?: string | undefined },
): Promise<Roster> {
  const schedule = await readSchedule(database.pool, organisationId, at);
  if (!schedule) throw new AppError('NOT_FOUND', 'There is no such organisation');
  const areas = await areasOf(database, organisationId);
  const hand = await begunByHand(database.pool, { organisationId, areas: [], at });
  const isOpen = new Set(hand.map((duty) => `${duty.userId} ${duty.areaId}`));
  // Whoever began by hand goes on when the shift is over.
  const scheduled = dutyAt(schedule, at.getTime(), areas.length > 0 ? areas : [null]).filter(
    (duty) => !isOpen.has(`${duty.userId} ${duty.areaId}`),
  );
  const turns: Turn[] = [...hand.map((duty) => ({ ...duty, until: null })), ...scheduled];
  const wanted = turns.filter((turn) => userId === undefined || turn.userId === userId);
  const names = await namesOf(database, [...new Set(wanted.map((turn) => turn.userId))]);
  const items = grouped(wanted, areas.length).map((entry) => ({ ...entry, name: names.get(entry.userId) ?? '' }));
  return { at: at.toISOString(), items: items.sort((a, b) => a.name.localeCompare(b.name)) };
}

/** One entry for the areas of a person that go on equally long. */
function grouped(turns: readonly Turn[], areaCount: number): Omit<RosterEntry, 'name'>[] {
  const groups = new Map<string, Turn[]>();
  for (const turn of turns) {
    const key = `${turn.userId} ${turn.until}`;
    groups.set(key, [...(groups.get(key) ?? []), turn]);
  }
  return [...groups.values()].map((group) => {
    const { userId, until, areaId } = group[0]!;
    const isEverywhere = areaId === null || group.length === areaCount;
    return {
      userId,
      areaIds: isEverywhere ? null : group.flatMap((turn) => turn.areaId ?? []),
      until: until === null ? null : new Date(until).toISOString(),
      by: until === null ? 'person' : 'schedule',
    };
  });
}

async function areasOf(database: Database, organisationId: string): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'ids-of-areas',
    text: 'select id from areas where organisation_id = $1 order by id',
    values: [organisationId],
  });
  return rows.map(({ id }) => id);
}

async function namesOf(database: Database, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await database.query<{ id: string; name: string }>({
    name: 'names-of-users',
    text: 'select id, name from users where id = any($1::uuid[])',
    values: [ids],
  });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
