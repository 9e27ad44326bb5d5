import { AuditEscalations } from '../../src/escalation/audit-escalations.js';
import { readAudit } from '../../src/escalation/audit-record.js';
import { EscalationPolicies } from '../../src/escalation/escalation-policies.js';
import type { EscalationStep } from '../../src/escalation/escalation-policy.js';
import { EscalationBench, toRole } from '../support/escalation-bench.js';

let bench: EscalationBench;
beforeAll(async () => void (bench = await EscalationBench.open()));
afterAll(() => bench.close());

describe('a policy that changes while an alert escalates', () => {
  const policies = () => new EscalationPolicies({ database: bench.database, clock: bench.clock });
  const set = (id: string, steps: EscalationStep[], repeat = 0) =>
    policies().set(id, { steps, repeat, unreachedSeconds: 15 });
  const faults = async (alert: string) => {
    await new AuditEscalations(bench).run({}, new AbortController().signal);
    const { items } = (await readAudit(bench.database))!;
    // Nothing is sent here.
    return items.filter(({ alertId, kind }) => alertId === alert && kind !== 'exhausted' && kind !== 'undelivered');
  };

  it('is gone through from its first step, at once, in all its rounds', async () => {
    const { id, places } = await bench.town({ steps: [toRole('responder')] });
    await bench.person('Mia', { [id]: 'member' });
    const alert = await bench.raise({ places });
    bench.clock.advance(5000);
    await set(id, [toRole('member'), toRole('dispatcher')], 1);
    await bench.after(0);
    expect(await bench.story(alert)).toEqual(['1 unacknowledged: Mia']);
    await set(id, [toRole('member'), toRole('dispatcher')], 1); // the same once more
    await bench.after(15);
    await bench.after(15);
    expect((await bench.story(alert)).slice(1)).toEqual(['2 unreached: Dora', '3 unreached: Mia']);
    expect(await bench.row(alert, id)).toMatchObject({ level: 3, ended: null });
    bench.clock.advance(45_000);
    expect(await faults(alert)).toEqual([]);
    await bench.after(0);
    await bench.after(60);
    expect((await bench.story(alert)).slice(3)).toEqual(['4 unreached: Dora', '5 exhausted: nobody']);
  });

  it('is missed by the auditor when it does not begin, and can be the default again', async () => {
    const { id, places } = await bench.town({ steps: [toRole('responder'), toRole('responder')] });
    const alert = await bench.raise({ places });
    await bench.after(15);
    bench.clock.advance(1000);
    const changedAt = bench.clock.now().toISOString();
    await policies().remove(id);
    expect(await policies().read(id)).toMatchObject({ isDefault: true });
    bench.clock.advance(29_999);
    expect(await faults(alert)).toEqual([]);
    bench.clock.advance(1);
    expect(await faults(alert)).toMatchObject([{ kind: 'late', level: 1, expectedLevel: 2, dueAt: changedAt }]);
    await bench.after(0);
    // Nobody is on duty: the first step of the default is passed over.
    expect((await bench.story(alert)).slice(1)).toEqual(['3 unacknowledged past 2: Rex']);
    expect(await faults(alert)).toEqual([]);
  });
});
