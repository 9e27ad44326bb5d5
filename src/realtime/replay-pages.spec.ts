import fc from 'fast-check';
import type { LogEntry } from '../alerts/alert.js';
import { SEVERITIES } from '../alerts/severity.js';
import { storedAlert } from '../alerts/stored-alert.js';
import type { Role } from '../auth/roles.js';
import { audienceOf, type Audience } from './audience.js';
import { RecentEntries } from './recent-entries.js';
import { ReplayPages } from './replay-pages.js';
import { messageFor } from './telling.js';

const PAGE_BYTES = 192 * 1024;
const ALL = audienceOf({ kind: 'operator' });
const CRITICAL = audienceOf({ kind: 'operator' }, ['critical']);
const RECEIPT = audienceOf({ kind: 'reporter', alertId: 'a3', proven: true });
const DISPATCHER = person('other', 'dispatcher');
/** Responds, on duty in none of its areas, and has reported every seventh alert. */
const REPORTER = person('me', 'responder');
const COLLEAGUE = person('you', 'responder');

function person(id: string, role: Role): Audience {
  const memberships = [{ organisationId: 'x', role }];
  return audienceOf({
    kind: 'person',
    sessionId: 's',
    person: { id, name: id, memberships, duties: [], homeAreas: [] },
  });
}

function entry(seq: number, size = 10): LogEntry {
  const severity = SEVERITIES[seq % 4]!;
  const id = `a${seq % 7}`;
  const organisations = seq % 3 === 0 ? ['x'] : [];
  const alert = storedAlert({
    id,
    severity,
    seq,
    verified: true,
    location: null,
    message: 'x'.repeat(size),
    own: {},
    acknowledgements: [],
  } as never);
  const seen = { ...alert, organisations, reporterId: seq % 7 === 0 ? 'me' : null };
  return {
    seq,
    type: 'alert.raised',
    at: 'now',
    alertId: id,
    alert: seen,
    actor: {},
    details: {},
  } as unknown as LogEntry;
}
const entries = (from: number, count: number, size?: number) =>
  Array.from({ length: count }, (_, index) => entry(from + index, size));

/** Everything that a socket gets from `seq` on, page by page. */
function replay(pages: ReplayPages, recent: RecentEntries, audience: Audience, seq: number) {
  const heard: number[] = [];
  const sizes: number[] = [];
  for (let position = seq; position < recent.position; ) {
    const { through, events } = pages.after(audience, position, PAGE_BYTES);
    expect(through).toBeGreaterThan(position);
    sizes.push(events?.bytes.length ?? 0);
    for (const frame of events?.frames ?? []) heard.push(Number(/"seq":(\d+)/.exec(frame.toString())![1]));
    position = through;
  }
  return { heard, sizes };
}

describe('ReplayPages', () => {
  it('give each audience all that is for it, once and in order, from wherever it was', () => {
    const audience = fc.constantFrom(ALL, CRITICAL, RECEIPT, DISPATCHER, REPORTER, COLLEAGUE);
    const steps = fc.array(fc.record({ add: fc.integer({ min: 0, max: 300 }), audience, behind: fc.nat(900) }));
    fc.assert(
      fc.property(fc.nat(1000), steps, (start, list) => {
        const recent = new RecentEntries(500);
        recent.startAfter(start);
        const pages = new ReplayPages(recent);
        for (const { add, audience, behind } of list) {
          recent.add(entries(recent.position + 1, add));
          const seq = Math.max(recent.floor, recent.position - behind);
          const expected = recent.after(seq).filter((each) => messageFor(audience, each));
          expect(replay(pages, recent, audience, seq).heard).toEqual(expected.map((each) => each.seq));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are encoded once for all who return with the same cursor', () => {
    const recent = new RecentEntries(500);
    recent.add(entries(1, 300));
    const pages = new ReplayPages(recent);
    const [first, second] = [pages.after(ALL, 7, PAGE_BYTES), pages.after(ALL, 7, PAGE_BYTES)];
    expect(second.events!.bytes.buffer).toBe(first.events!.bytes.buffer);
    // A later cursor shares the same memory.
    expect(pages.after(ALL, 8, PAGE_BYTES).events!.bytes.buffer).toBe(first.events!.bytes.buffer);
  });

  it('forget what the log has taken back', () => {
    const recent = new RecentEntries(500);
    recent.add(entries(1, 10));
    const pages = new ReplayPages(recent);
    pages.after(ALL, 4, PAGE_BYTES);
    recent.startAfter(4);
    recent.add(entries(5, 6, 20));
    expect(pages.after(ALL, 4, PAGE_BYTES).events!.bytes.toString()).toContain('x'.repeat(20));
  });

  it('of large events hold fewer of them', () => {
    const recent = new RecentEntries(500);
    recent.add(entries(1, 200, 10_000));
    const { heard, sizes } = replay(new ReplayPages(recent), recent, ALL, 0);
    expect(heard).toHaveLength(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PAGE_BYTES);
  });
});
