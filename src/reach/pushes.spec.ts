import { Logger } from '@nestjs/common';
import { systemClock } from '../clock.js';
import { Pushes } from './pushes.js';
import type { ReachRow } from './reach-ledger.js';

function ledgerOf(fail = false) {
  const rows: ReachRow[] = [];
  const add = async (more: readonly ReachRow[]) => {
    if (fail) throw new Error('Postgres is away');
    rows.push(...more);
  };
  return { add, written: () => rows.map(({ alertId, userId, stage }) => `${alertId} ${userId} ${stage}`) };
}

describe('pushes', () => {
  it('are written once for each alert and person, later and together', async () => {
    const ledger = ledgerOf();
    const pushes = new Pushes(ledger, systemClock);
    pushes.note(['a', 'b'], ['ann', undefined, 'bob', 'ann']);
    pushes.note(['a'], ['ann', 'carl']);
    expect(ledger.written()).toEqual([]);
    await pushes.flush();
    pushes.note(['a'], ['bob']);
    await pushes.flush();
    expect(ledger.written().sort()).toEqual([
      'a ann pushed',
      'a bob pushed',
      'a carl pushed',
      'b ann pushed',
      'b bob pushed',
    ]);
  });

  it('never look at whom they reached while they are noted, and drop what is too much', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const ledger = ledgerOf();
    const pushes = new Pushes(ledger, systemClock);
    let looked = 0;
    function* reached() {
      looked += 1;
      yield `user ${looked}`;
    }
    for (let count = 0; count < 5000; count += 1) pushes.note(['a'], reached());
    expect(looked).toBe(0);
    await pushes.flush();
    expect(ledger.written()).toHaveLength(2000);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it('that cannot be written are no trouble for anybody', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const pushes = new Pushes(ledgerOf(true), systemClock);
    pushes.note(['a'], ['ann']);
    await pushes.flush();
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });
});
