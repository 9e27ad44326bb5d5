import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { JOB_NAMES } from '../../src/queues/queue-map.js';
import { TaskPool } from '../../src/queues/task-pool.js';
import type { TaskLimits } from '../../src/queues/task-process.js';
import { eventually } from '../support/eventually.js';

const CHILD = resolve(import.meta.dirname, '../support/task-fixture.mjs');
const LIMITS: TaskLimits = { softMs: 60_000, hardMs: 60_000, tasksPerChild: 1000, startMs: 15_000 };

const pools: TaskPool[] = [];

function poolWith(limits: Partial<TaskLimits> = {}, settings: unknown = {}): TaskPool {
  const pool = new TaskPool(CHILD, settings, { ...LIMITS, ...limits });
  pools.push(pool);
  return pool;
}

function task(act: string, more: object = {}) {
  return { job: 'prune', payload: { act, ...more }, context: { jobId: '1', attempt: 1 } };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A killed child whose parent is gone may stay a zombie until init takes it.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close(0)));
});

describe('a job', () => {
  it('runs in a warm child and gives its result', async () => {
    const pool = poolWith();
    expect(await pool.run(task('echo', { value: { nested: [1] } }))).toEqual({ nested: [1] });
    const pids = [await pool.run(task('pid')), await pool.run(task('pid'))];
    expect(pids[0]).toBe(pids[1]);
    expect(pids[0]).not.toBe(process.pid);
  });

  it('fails with its own reason, and its child goes on', async () => {
    const pool = poolWith();
    await expect(pool.run(task('fail'))).rejects.toThrow('Error: as asked');
    expect(await pool.run(task('echo', { value: 1 }))).toBe(1);
    expect(pool.pids).toHaveLength(1);
  });

  it('is aborted at the soft limit and its child goes on', async () => {
    const pool = poolWith({ softMs: 100 });
    const pid = await pool.run(task('pid'));
    await expect(pool.run(task('untilAborted'))).rejects.toThrow('over the soft limit of 100 ms');
    expect(await pool.run(task('pid'))).toBe(pid);
  });

  it('is killed at the hard limit even when it never returns to the event loop, and can run again', async () => {
    const pool = poolWith({ softMs: 50, hardMs: 400 });
    await pool.start();
    const [first] = pool.pids;
    const started = Date.now();
    await expect(pool.run(task('spin'))).rejects.toThrow('over the hard limit of 400 ms');
    expect(Date.now() - started).toBeLessThan(2000);
    await eventually(() => !isAlive(first!));
    expect(await pool.run(task('echo', { value: 'again' }))).toBe('again');
  });

  it('fails when its child ends under it, and the next one gets a new child', async () => {
    const pool = poolWith();
    await expect(pool.run(task('crash'))).rejects.toThrow('the child process ended by itself (code 3)');
    expect(await pool.run(task('echo', { value: 2 }))).toBe(2);
  });

  it('shares a child with at most tasksPerChild others', async () => {
    const pool = poolWith({ tasksPerChild: 3 });
    const pids: unknown[] = [];
    for (let run = 0; run < 7; run++) pids.push(await pool.run(task('pid')));
    expect(pids.map((pid) => pids.indexOf(pid))).toEqual([0, 0, 0, 3, 3, 3, 6]);
    await eventually(() => !isAlive(pids[0] as number));
  });
});

describe('a job that finds no child', () => {
  it('does not wait for a new one when another comes free sooner', async () => {
    const pool = poolWith();
    await pool.start();
    const [first, second] = await Promise.all([pool.run(task('pid')), pool.run(task('pid'))]);
    expect(second).toBe(first);
  });

  it('goes before the others when people wait for it', async () => {
    const pool = poolWith();
    await pool.start();
    const order: string[] = [];
    const run = async (name: string, isUrgent: boolean) => {
      await pool.run(task('pid'), isUrgent);
      order.push(name);
    };
    await Promise.all([run('first', false), run('prune', false), run('escalate', true)]);
    expect(order).toEqual(['first', 'escalate', 'prune']);
  });

  it('has a spare one kept for it when people wait for it, and jobs for which nobody does leave that one', async () => {
    const pool = poolWith({ spares: 2 });
    await pool.start();
    await eventually(() => pool.pids.length === 2, { what: 'a spare child' });
    const known = pool.pids;
    const hung = [pool.run(task('untilAborted')), pool.run(task('untilAborted'))];
    const pid = await pool.run(task('pid'), true);
    expect(known).toContain(pid);
    const ends = hung.map((run) => expect(run).rejects.toThrow('the worker is stopping'));
    await Promise.all([...ends, pool.close(0)]);
  });
});

describe('children', () => {
  it('get their settings by message: none in arguments or environment', async () => {
    const pool = poolWith({}, { secret: 'planted-secret' });
    const seen = (await pool.run(task('environment'))) as { argv: string[]; names: string[] };
    expect(seen).toEqual({ argv: [], names: [] });
    const [pid] = pool.pids;
    for (const file of ['cmdline', 'environ']) {
      expect(readFileSync(`/proc/${pid}/${file}`, 'utf8')).not.toContain('planted-secret');
    }
  });

  it('are all gone after a close: idle ones at once, busy ones when the drain time is over', async () => {
    const pool = poolWith();
    await pool.run(task('pid'));
    const busy = pool.run(task('untilAborted'));
    const other = await pool.run(task('pid'));
    const pids = [...pool.pids];
    expect(pids).toHaveLength(2);
    const closed = pool.close(300);
    await expect(busy).rejects.toThrow('the worker is stopping');
    await closed;
    expect([other as number, ...pids].filter(isAlive)).toEqual([]);
    await expect(pool.run(task('pid'))).rejects.toThrow('the worker is stopping');
  });

  it('let a running job end when they are closed in time', async () => {
    const pool = poolWith({ softMs: 300 });
    await pool.start();
    const running = pool.run(task('untilAborted'));
    await Promise.all([expect(running).rejects.toThrow('over the soft limit'), pool.close(5000)]);
  });

  it('die with their worker, in the middle of a job that never ends', async () => {
    const parent = spawn(process.execPath, [resolve(import.meta.dirname, '../support/task-parent.mjs'), CHILD], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(String(line).trim());
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    try {
      await eventually(() => !isAlive(child), { what: 'the end of the child' });
    } finally {
      if (isAlive(child)) process.kill(child, 'SIGKILL');
    }
  });
});

describe('a boot', () => {
  it.each([
    ['without a handler', JOB_NAMES.filter((job) => job !== 'prune'), 'No handler for: prune'],
    ['with two handlers', [...JOB_NAMES, 'prune'], 'The job prune has two handlers'],
  ])('is stopped by a job %s', async (_case, handlers, reason) => {
    await expect(poolWith({}, { handlers }).start()).rejects.toThrow(reason);
  });

  it('is stopped by a child that cannot start', async () => {
    const pool = new TaskPool(resolve(import.meta.dirname, 'no-such-child.mjs'), {}, LIMITS);
    await expect(pool.start()).rejects.toThrow('the child process ended by itself (code 1)');
  });
});
