import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { ImportReader } from '../../src/areas/import-reader.js';

const THREAD = join(import.meta.dirname, '../../dist/areas/import-thread.js');
const map = (name: string) =>
  JSON.stringify({ type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates: [28, -26] } });
/** Each of these holds the next one: what looks for the parts of each looks at millions. */
const BOMB = `<kml>${'<Placemark>'.repeat(20_000)}${'</Placemark>'.repeat(20_000)}</kml>`;
const TOO_MUCH = { code: 'GEOMETRY_INVALID', detail: 'It takes too long or too much memory to read' };

beforeAll(() => Logger.overrideLogger(false));

describe('the thread of an import', () => {
  it('is stopped in the middle of its work when that takes too long, and the process goes on meanwhile', async () => {
    const reader = new ImportReader('27', { ms: 1000, memoryMb: 256 }, THREAD);
    const ended: string[] = [];
    const reading = reader.read(BOMB, Infinity).catch((error: unknown) => {
      ended.push('bomb');
      return error;
    });
    const next = reader.read(map('Next'), Infinity).finally(() => ended.push('next'));
    let turns = 0;
    while (ended.length === 0) {
      await nextTurn();
      turns += 1;
    }
    expect(turns).toBeGreaterThan(100);
    expect(await reading).toMatchObject(TOO_MUCH);
    expect(await next).toMatchObject([{ name: 'Next' }]);
    expect(ended).toEqual(['bomb', 'next']); // one at a time
  });

  it('is waited for by few: what more come are told to come again, and those are taken afterwards', async () => {
    const reader = new ImportReader('27', undefined, THREAD);
    const many = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => reader.read(map(`${n}`), Infinity)));
    const refused = many.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'TOO_MANY_REQUESTS' } }, { reason: { retryAfterSeconds: 10 } }]);
    expect(await reader.read(map('Next'), Infinity)).toMatchObject([{ name: 'Next' }]);
  });

  it('is stopped when it takes too much memory', async () => {
    const reader = new ImportReader('27', { ms: 30_000, memoryMb: 16 }, THREAD);
    const wide = `<kml>${'<a/>'.repeat(900_000)}</kml>`;
    await expect(reader.read(wide, Infinity)).rejects.toMatchObject(TOO_MUCH);
  });
});
