import { AuditEscalations } from '../../src/escalation/audit-escalations.js';
import { readAudit } from '../../src/escalation/audit-record.js';
import { EscalationBench } from '../support/escalation-bench.js';

let bench: EscalationBench;
beforeAll(async () => void (bench = await EscalationBench.open()));
afterAll(() => bench.close());

describe('an escalation that a fault suppressed', () => {
  const auditNow = async () => {
    await bench.planted.sql(`update deliveries set status = 'delivered'`);
    await new AuditEscalations(bench).run({}, new AbortController().signal);
    return (await readAudit(bench.database))!;
  };
  /** Two steps of a minute each, and nobody whose device receives anything before the minute is over. */
  async function town() {
    const toRole = (role: 'responder' | 'dispatcher') => ({
      targets: [{ kind: 'role' as const, role }],
      delaySeconds: 60,
    });
    const id = await bench.organisation({ steps: [toRole('responder'), toRole('dispatcher')], unreachedSeconds: 60 });
    await bench.person('Rex', { [id]: 'responder' });
    await bench.person('Dora', { [id]: 'dispatcher' });
    return { areas: [], organisations: [id] };
  }

  it.each([
    ['whose row was deleted', 'unwatched', 'delete from escalations'],
    ['that was put off', 'late', `update escalations set next_escalation_at = '2099-01-01'`],
    ['that was ended', 'stopped', `update escalations set ended = 'closed', next_escalation_at = null`],
  ])('%s is found, told, and happens', async (_name, kind, fault) => {
    const alert = await bench.raise({ places: await town() });
    await bench.database.query({ text: 'update escalation_policies set updated_at = $1', values: [bench.clock.now()] });
    await bench.database.query({ text: fault });
    await bench.after(91);
    expect(await bench.story(alert)).toEqual([]);
    expect((await auditNow()).items).toMatchObject([
      { kind, alertId: alert, level: 0, expectedLevel: 1, rearmed: true },
    ]);
    await bench.after(0);
    expect(await bench.story(alert)).toEqual(['1 unacknowledged: Dora']);
    expect(await auditNow()).toMatchObject({ checked: 1, items: [] });
    await bench.step(alert, { type: 'acknowledge' });
    await bench.read();
  });

  it('is not found where everything went its way, to the end', async () => {
    const alert = await bench.raise({ places: await town() });
    await bench.database.query({ text: 'update escalation_policies set updated_at = $1', values: [bench.clock.now()] });
    for (let minute = 0; minute < 5; minute++) {
      await bench.after(60);
      expect((await auditNow()).items.filter((each) => each.kind !== 'exhausted')).toEqual([]);
    }
    expect(await bench.row(alert, (await bench.alert(alert)).organisations[0]!)).toMatchObject({ ended: 'exhausted' });
    expect((await auditNow()).counts).toEqual({ exhausted: 1 });
  });
});
