import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
/** Plain JavaScript without declarations: loaded, so that the type check passes it over. */
const load = (file: string) => import(`../../bench/${file}`);
const loadAll = async () => ({
  ...(await load('goals.mjs')),
  ...(await load('lib/report.mjs')),
  ...(await load('lib/rounds.mjs')),
  ...(await load('lib/options.mjs')),
  ...(await load('load/presses.mjs')),
  ...(await load('load/http-connection.mjs')),
});

const goal = (changes: object) => ({
  name: 'rate',
  what: 'POST a second',
  peer: 'limit',
  better: 'higher',
  goal: 0.4,
  unit: 'req/s',
  compare: 'ratio',
  ...changes,
});

describe('the benchmark', () => {
  let bench: Awaited<ReturnType<typeof loadAll>>;
  beforeAll(async () => (bench = await loadAll()));

  it('takes the median of the ratios of the rounds, not the ratio of the medians', () => {
    const figure = { name: 'rate', product: [10, 40, 90], peerValues: [100, 50, 100] };
    expect(bench.judge(figure, goal({}))).toMatchObject({ ratio: 0.8, rounds: 3, product: 40, peerValue: 100 });
    expect(bench.median([4, 1, 3, 2])).toBe(2.5);
  });

  it.each([
    ['higher', 0.4, true],
    ['higher', 0.41, false],
    ['lower', 0.4, true],
    ['lower', 0.39, false],
  ])('is content with a figure of 0.4 where %s is better and the goal %d: %s', (better, limit, ok) => {
    const figure = { name: 'rate', product: [40], peerValues: [100] };
    const row = bench.judge(figure, goal({ better, goal: limit }));
    expect(row.ok).toBe(ok);
    expect(bench.lineOf(row)).toMatch(ok ? /^ok / : /^MISSED /);
  });

  it.each([
    ['speed', 2.5],
    ['difference', -60],
    ['absolute', 40],
  ])('compares by %s', (compare, ratio) => {
    expect(bench.judge({ name: 'rate', product: [40], peerValues: [100] }, goal({ compare })).ratio).toBe(ratio);
  });

  it('refuses a figure that lacks a round of its peer, or that is no number', () => {
    expect(() => bench.judge({ name: 'rate', product: [1, 2], peerValues: [1] }, goal({}))).toThrow('each round');
    expect(() => bench.judge({ name: 'rate', product: [Number.NaN], peerValues: [1] }, goal({}))).toThrow('no number');
  });

  it('writes rows of one shape, with the load and the CPU of the client', () => {
    const machine = [{ load: 1.5, strangers: 0.25, cpus: 2 }];
    const row = bench.judge({ name: 'rate', product: [40], peerValues: [100], machine, clientCpuUs: [12] }, goal({}));
    expect(row).toMatchObject({ name: 'rate', ratio: 0.4, goal: 0.4, ok: true, peer: 'limit', rounds: 1 });
    expect(row).toMatchObject({ load: 1.5, strangersCpu: 0.25, clientCpuUs: 12 });
    expect(bench.tableOf([row])).toContain('| POST a second | 40 req/s | limit: 100 req/s | 0.4 x | >= 0.4 x | yes |');
  });

  it('measures the systems in turn, round after round', async () => {
    const order: string[] = [];
    const systems = ['a', 'b'].map((name) => ({ name, run: async () => ({ at: order.push(name) }) }));
    const results = await bench.interleave({ rounds: 2, systems });
    expect(order).toEqual(['a', 'b', 'a', 'b']);
    expect(results.b.map(({ at }: { at: number }) => at)).toEqual([2, 4]);
  });

  it('names what it does not know on the command line', () => {
    expect(() => bench.readOptions(['--bogus'])).toThrow(/^Unknown option --bogus\. Usage: npm run bench/);
    expect(() => bench.readOptions(['--json'])).toThrow(/^--json needs a value/);
    expect(() => bench.readOptions(['--only', 'nothing'])).toThrow(/no figure and no scenario nothing/);
  });

  it('runs the scenarios of the figures that are asked for', () => {
    const { scenarios, quick, json } = bench.readOptions([
      '--quick',
      '--json',
      'x',
      '--only',
      'start,post-rate-c50-vs-limit',
    ]);
    expect({ scenarios, quick, json }).toEqual({ scenarios: ['post', 'start'], quick: true, json: 'x' });
    expect(bench.readOptions([]).scenarios).toEqual(bench.SCENARIOS);
  });

  it('has one goal for each name, and words for each', () => {
    const names = bench.GOALS.map(({ name }: { name: string }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const row of bench.GOALS) {
      expect(row.goal).toBeGreaterThan(0);
      expect(row.compare === 'absolute').toBe(row.peer === null);
    }
  });

  it('reads the answers of servers whatever case they write and however they come in pieces', () => {
    const id = '01a2004b-efdb-75d6-9713-4d1450eda055';
    const body = `{"id":"${id}","status":"open"}`;
    const whole = Buffer.from(`HTTP/1.1 201 Created\r\nContent-Length: ${body.length}\r\nx: y\r\n\r\n${body}`);
    expect(bench.readAnswer(whole)).toEqual({ status: 201, id });
    expect(bench.readAnswer(Buffer.from(whole.toString().replace('Content-Length', 'content-length')))).toEqual({
      status: 201,
      id,
    });
    for (const part of [10, 40, whole.length - 1]) expect(bench.readAnswer(whole.subarray(0, part))).toBeUndefined();
    expect(() => bench.readAnswer(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('without content-length');
  });

  it('sends presses of which no two are alike, each as long as it says', () => {
    const counter = new bench.PressCounter(98);
    const texts = bench.pressRequests({ host: 'h', path: '/p' }).map((request: { bytes: Buffer }) => {
      counter.number(request);
      return request.bytes.toString();
    });
    expect(texts.map((text: string) => /(\d{12})/.exec(text)![1])).toEqual(
      [99, 100, 101, 102].map((number) => String(number).padStart(12, '0')),
    );
    for (const text of texts) {
      const [head, body] = text.split('\r\n\r\n');
      expect(Number(/content-length: (\d+)/.exec(head)![1])).toBe(Buffer.byteLength(body));
      expect(JSON.parse(body)).toMatchObject({ severity: expect.any(String), message: expect.any(String) });
    }
    expect(texts.filter((text: string) => text.includes('idempotency-key'))).toHaveLength(2);
  });

  it('explains every peer on the page', () => {
    const page = readFileSync(join(ROOT, 'docs/performance.md'), 'utf8');
    const programs = readdirSync(join(ROOT, 'bench/peers')).filter((name) =>
      readFileSync(join(ROOT, 'bench/peers', name), 'utf8').includes('await listen('),
    );
    expect(programs.length).toBeGreaterThan(3);
    expect(programs.filter((name) => !page.includes(`bench/peers/${name}`))).toEqual([]);
  });
});
