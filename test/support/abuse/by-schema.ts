import fc from 'fast-check';
import type { z } from 'zod';
import { referredName, SchemaBook, type JsonSchema } from '../../../src/api-docs/schema-book.js';
import { NAUGHTY, NAUGHTY_VALUES } from './naughty-strings.js';

type Arbitrary = fc.Arbitrary<unknown>;

/** How many of ten values are what the schema asks for: else nothing would get past the first check. */
const RIGHT = 9;
const MAX_ITEMS = 4;
const MAX_DEPTH = 6;
/** Keys that mean something to JavaScript. */
const ODD_KEYS = ['__proto__', 'constructor', 'toString', 'then', 'toJSON', '', '\0', 'length', '0'];

const wrong: Arbitrary = fc.oneof(
  fc.constantFrom(...NAUGHTY),
  fc.constantFrom(...NAUGHTY_VALUES),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.double(),
  fc.json({ maxDepth: 4 }).map((text) => JSON.parse(text) as unknown),
);
const oddFields = fc.dictionary(fc.constantFrom(...ODD_KEYS), wrong, { maxKeys: 1 });

/** Values that are mostly what a schema asks for, with something wrong here and there. */
export function almost(schema: z.ZodType): Arbitrary {
  const book = new SchemaBook();
  return mostly(book.of(schema, 'input'), book.components, 0);
}

function mostly(schema: JsonSchema, components: Record<string, JsonSchema>, depth: number): Arbitrary {
  if (depth > MAX_DEPTH) return wrong;
  return fc.oneof({ weight: RIGHT, arbitrary: rightly(schema, components, depth) }, { weight: 1, arbitrary: wrong });
}

function rightly(schema: JsonSchema, components: Record<string, JsonSchema>, depth: number): Arbitrary {
  const name = referredName(schema);
  if (name !== undefined) return rightly(components[name]!, components, depth);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((each) => rightly(each, components, depth)));
  const inner = (each: JsonSchema) => mostly(each, components, depth + 1);
  const type = [schema.type].flat()[0];
  if (type === 'array') return fc.array(schema.items ? inner(schema.items) : wrong, { maxLength: MAX_ITEMS });
  if (type === 'object') return objects(schema, inner);
  if (type === 'string') return texts(schema);
  if (type === 'integer')
    return fc.integer({ min: schema.minimum ?? -5, max: Math.max(schema.maximum ?? 100, schema.minimum ?? 0) });
  if (type === 'number') return fc.double({ min: schema.minimum ?? -200, max: schema.maximum ?? 200, noNaN: true });
  if (type === 'boolean') return fc.boolean();
  return type === 'null' ? fc.constant(null) : wrong;
}

function objects(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  inner: (each: JsonSchema) => Arbitrary,
): Arbitrary {
  const fields = Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, inner(each)]));
  const others =
    typeof additionalProperties === 'object'
      ? fc.dictionary(fc.string({ maxLength: 20 }), inner(additionalProperties), { maxKeys: 3 })
      : oddFields;
  return fc
    .tuple(fc.record(fields, { requiredKeys: required.filter((key) => key in fields) }), others)
    .map(([right, odd]) => Object.assign(right, odd) as unknown);
}

function texts({ format, minLength = 0, maxLength = 300 }: JsonSchema): Arbitrary {
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === 'email') return fc.emailAddress();
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 2000)) };
  return fc.oneof(
    fc.string({ ...length, unit: 'binary' }),
    fc.string({ ...length, unit: 'grapheme' }),
    fc.constantFrom(...NAUGHTY).map((text) => text.slice(0, length.maxLength).padEnd(minLength, 'x')),
  );
}
