import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
/** Plain JavaScript without declarations: loaded, so that the type check passes it over. */
const load = (file: string) => import(`../../bench/${file}`);
const loadAll = async () => ({
  ...(await load('scaling.mjs')),
  ...(await load('scaling/log-queue.mjs')),
  ...(await load('scaling/costs.mjs')),
  ...(await load('scaling/needs.mjs')),
});
/** Lines without the spaces and dashes that make tables even. */
const unpadded = (page: string) => page.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---').split('\n');
const LOG = { fixed: 0.001, each: 0.0001 };

describe('the plan past one machine', () => {
  let scaling: Awaited<ReturnType<typeof loadAll>>;
  beforeAll(async () => (scaling = await loadAll()));
  const waits = (options: object) => scaling.simulate({ logs: 1, count: 50_000, seed: 7, log: LOG, ...options });

  it('stands in docs/scaling.md as the program calculates it from the results', () => {
    const page = read('docs/scaling.md');
    const made = scaling.fillPage(page, JSON.parse(read('bench/results/scaling.json')));
    expect(unpadded(page)).toEqual(unpadded(made));
  });

  it('has the size of a commit from the log itself', () => {
    expect(read('src/alerts/alert-log.ts')).toContain(`MAX_BATCH = ${scaling.MAX_BATCH};`);
  });

  it('refuses results that lack a figure', () => {
    expect(() => scaling.readCosts([])).toThrow(/no post-c1-p50-over-commit/);
  });

  it('gives the same figures again, and others for another seed', () => {
    expect(waits({ rate: 3000 })).toEqual(waits({ rate: 3000 }));
    expect(waits({ rate: 3000 })).not.toEqual(waits({ rate: 3000, seed: 8 }));
  });

  it('waits as long as the theory of queues says (M/D/1, where a commit takes one alert)', () => {
    const [service, busy] = [0.001, 0.8];
    const times = scaling.arrivals({ rate: busy / service, count: 400_000, random: scaling.randomFrom(3) });
    const { done } = scaling.commitInGroups(times, { fixed: service, each: 0, maxBatch: 1 });
    const mean = done.reduce((sum: number, at: number, index: number) => sum + at - times[index], 0) / times.length;
    const theory = service * (1 + busy / (2 * (1 - busy)));
    expect(Math.abs(mean / theory - 1)).toBeLessThan(0.05);
  });

  it('commits what waits together, in order, and no more than a commit takes', () => {
    const { done, commits } = scaling.commitInGroups(Float64Array.of(0, 0.1, 0.2, 0.3), {
      fixed: 1,
      each: 0,
      maxBatch: 2,
    });
    expect([...done]).toEqual([1, 2, 2, 3]);
    expect(commits).toBe(3);
  });

  it('waits longer the more comes, and without end past saturation', () => {
    const most = scaling.saturation(LOG);
    const p99s = [0.3, 0.9, 0.99, 1.2].map((share) => waits({ rate: share * most }).p99);
    expect(p99s).toEqual([...p99s].sort((a, b) => a - b));
    expect(waits({ rate: 1.2 * most, count: 200_000 }).p99).toBeGreaterThan(2 * p99s[3]!);
  });

  it('takes over regions what one log cannot, and a little less when alerts stand in two', () => {
    const rate = 3 * scaling.saturation(LOG);
    const four = waits({ rate, logs: 4 }).p99;
    expect(waits({ rate, logs: 1 }).p99).toBeGreaterThan(10 * four);
    expect(waits({ rate, logs: 4, cross: 0.05 }).p99).toBeGreaterThan(four);
  });

  it('needs more of everything for more responders', () => {
    const costs = scaling.readCosts(JSON.parse(read('bench/results/scaling.json')));
    const [small, large] = [100_000, 10_000_000].map((responders) => scaling.needsOf(responders, costs));
    expect(large.deliveries / small.deliveries).toBeCloseTo(100);
    expect(large.processes).toBeGreaterThan(small.processes);
    expect(large.regions).toBe(1000);
  });
});
