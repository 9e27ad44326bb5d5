import { z } from 'zod';
import { SchemaBook } from './schema-book.js';

const place = z.object({ lat: z.number(), at: z.iso.datetime() }).meta({ id: 'Place' });

describe('a book of schemas', () => {
  it('writes a schema with a name once, and refers to it', () => {
    const book = new SchemaBook();
    const reference = { $ref: '#/components/schemas/Place' };
    expect(book.of(place, 'output')).toEqual(reference);
    expect(book.of(z.object({ places: z.array(place) }), 'output')).toMatchObject({
      properties: { places: { type: 'array', items: reference } },
    });
    expect(Object.keys(book.components)).toEqual(['Place']);
  });

  it('leaves out what says nothing to a reader, and leaves room for later fields', () => {
    const book = new SchemaBook();
    book.of(place, 'output');
    expect(book.components['Place']).toEqual({
      type: 'object',
      properties: { lat: { type: 'number' }, at: { type: 'string', format: 'date-time' } },
      required: ['lat', 'at'],
    });
    expect(book.of(z.int(), 'output')).toEqual({ type: 'integer' });
  });

  it('tells what is sent to us from what we make of it', () => {
    const size = z.object({ limit: z.coerce.number().default(50) });
    const book = new SchemaBook();
    expect([book.of(size, 'input').required, book.of(size, 'output').required]).toEqual([undefined, ['limit']]);
  });

  it('refuses two schemas of one name', () => {
    const book = new SchemaBook();
    book.of(place, 'output');
    const other = z.object({ lng: z.number() }).meta({ id: 'Place' });
    expect(() => book.of(other, 'output')).toThrow('two schemas are called Place');
  });
});
