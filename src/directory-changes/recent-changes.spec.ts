import { RecentChanges, type RecordedChange } from './recent-changes.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const change = (id: number, at: number, fields: Partial<RecordedChange> = {}): RecordedChange => ({
  id,
  at,
  userId: null,
  sessionId: null,
  ...fields,
});
const ids = (changes: readonly RecordedChange[]) => changes.map(({ id }) => id);
const copy = { userId: 'u', sessionId: 's' };

describe('what a process knows of changes', () => {
  it('is nothing before the first read: no copy is trusted', () => {
    const recent = new RecentChanges();
    expect(recent.from).toBeUndefined();
    expect(recent.isCurrent({ ...copy, readAt: NOW })).toBe(false);
    recent.add(NOW, []);
    expect(recent.isCurrent({ ...copy, readAt: NOW })).toBe(true);
  });

  it('tells each change once, however late and out of order it becomes visible', () => {
    const recent = new RecentChanges();
    expect(ids(recent.add(NOW, [change(2, NOW - 500)]))).toEqual([2]);
    expect(recent.from).toBeLessThanOrEqual(NOW - 20_000);
    expect(ids(recent.add(NOW + 1000, [change(1, NOW - 5000), change(2, NOW - 500)]))).toEqual([1]);
    expect(ids(recent.add(NOW + 2000, [change(1, NOW - 5000), change(2, NOW - 500), change(3, NOW)]))).toEqual([3]);
  });

  it('begins with what may concern somebody who is connected, and keeps the rest for the copies', () => {
    const recent = new RecentChanges();
    const found = [change(1, NOW - 20 * MINUTE, { userId: 'u' }), change(2, NOW - 1000)];
    expect(ids(recent.add(NOW, found))).toEqual([2]);
    expect(recent.isCurrent({ ...copy, readAt: NOW - 21 * MINUTE })).toBe(false);
    expect(recent.isCurrent({ ...copy, readAt: NOW - 19 * MINUTE })).toBe(true);
  });

  it('distrusts what was read before a change of the user or the session, or so shortly after that it may not have seen it', () => {
    const recent = new RecentChanges();
    recent.add(NOW, [change(1, NOW, { userId: 'u' }), change(2, NOW, { sessionId: 'other' })]);
    expect(recent.isCurrent({ ...copy, readAt: NOW - 1 })).toBe(false);
    expect(recent.isCurrent({ ...copy, readAt: NOW + 5000 })).toBe(false);
    expect(recent.isCurrent({ ...copy, readAt: NOW + 15_000 })).toBe(true);
    expect(recent.isCurrent({ userId: 'v', sessionId: 'other', readAt: NOW })).toBe(false);
    expect(recent.isCurrent({ userId: 'v', sessionId: 's', readAt: NOW })).toBe(true);
  });

  it('is kept for longer than a copy lives, and then forgotten', () => {
    const recent = new RecentChanges();
    const readAt = NOW - MINUTE;
    recent.add(NOW, [change(1, NOW, { userId: 'u' })]);
    recent.add(NOW + 24 * 60 * MINUTE, []);
    expect(recent.isCurrent({ ...copy, readAt })).toBe(false);
    recent.add(NOW + 26 * 60 * MINUTE, []);
    expect(recent.isCurrent({ ...copy, readAt })).toBe(true);
  });
});
