import type { Alert } from '../alerts/alert.js';
import { drillReport, type DrillDelivery, type DrillFacts } from './drill-report.js';

const START = Date.parse('2026-11-22T10:00:00Z');
const after = (ms: number) => new Date(START + ms);
const sent = (userId: string, ms: number, parts: Partial<DrillDelivery> = {}): DrillDelivery => ({
  userId,
  channel: 'push',
  status: 'delivered',
  provider: 'web-push',
  finishedAt: after(ms),
  receivedAt: null,
  lastError: null,
  held: false,
  ...parts,
});
const unsent = (userId: string, parts: Partial<DrillDelivery>) =>
  sent(userId, 0, { status: 'pending', provider: null, finishedAt: null, ...parts });

const by = (id: string) => ({ kind: 'responder', id, name: id }) as const;
const alert = {
  acknowledgements: [{ by: by('ann'), at: after(9000).toISOString() }],
  responses: [{ by: by('ann'), at: after(12_000).toISOString(), status: 'en_route' }],
  escalations: [
    { organisationId: 'other', level: 5, at: '', told: 0 },
    { organisationId: 'town', level: 2, at: '', told: 1 },
  ],
} as unknown as Alert;

const NAMES = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon'];

function facts(parts: Partial<DrillFacts> = {}): DrillFacts {
  return {
    drill: { alertId: 'alert', organisationId: 'town', startedAt: after(0).toISOString() } as DrillFacts['drill'],
    alert,
    people: NAMES.map((name) => ({ userId: name, name, hasContact: name !== 'ida' })),
    deliveries: [
      sent('ann', 200),
      sent('ben', 400, { receivedAt: after(1500) }),
      sent('ben', 300),
      sent('cat', 1000, { receivedAt: after(3000) }),
      sent('dan', 5000),
      unsent('eve', { held: true }),
      unsent('fay', { status: 'dead', lastError: 'ECONNREFUSED' }),
      sent('gus', 250),
      unsent('jon', { status: 'skipped', lastError: 'acknowledged' }),
    ],
    receipts: [
      { userId: 'cat', stage: 'seen', at: after(4000) },
      { userId: 'cat', stage: 'received', at: after(2500) },
      { userId: 'gus', stage: 'pushed', at: after(90) },
    ],
    named: ['ida', 'fay'],
    ...parts,
  };
}

describe('the report of a drill', () => {
  it('tells how far it came with each person, and the fastest of it', () => {
    const { people } = drillReport(facts());
    expect(people.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'ann acknowledged',
      'cat seen',
      'ben received',
      'dan sent',
      'gus sent',
      'eve quiet_hours',
      'fay failed',
      'jon not_needed',
      'ida no_contact',
      'hal not_called',
    ]);
    const person = (wanted: string) => people.find(({ name }) => name === wanted)!;
    expect(person('ann').acknowledgedMs).toBe(9000);
    expect(person('cat')).toMatchObject({ receivedMs: 2500, seenMs: 4000 });
    expect(person('ben').calls).toMatchObject([
      { sentMs: 400, receivedMs: 1500 },
      { sentMs: 300, receivedMs: null },
    ]);
    expect([person('eve').calls[0]!.reason, person('fay').calls[0]!.reason]).toEqual(['quiet hours', 'no answer']);
  });

  it('sums it up: whom it called and reached, how fast, how far it went', () => {
    expect(drillReport(facts())).toMatchObject({
      level: 2,
      exhausted: false,
      // Without Hal and Jon; with Ida, whom an escalation named and who has no contact.
      called: 8,
      reached: 3,
      acknowledged: 1,
      reachedShare: 0.375,
      sent: { p50Ms: 300, maxMs: 5000 },
      received: { p50Ms: 1500, maxMs: 2500 },
    });
  });

  it('says so when nobody was called', () => {
    const empty = { deliveries: [], receipts: [], named: [], alert: { ...alert, acknowledgements: [], responses: [] } };
    const report = drillReport(facts(empty));
    expect(report).toMatchObject({ called: 0, reached: 0, reachedShare: null, sent: null, received: null });
  });
});
