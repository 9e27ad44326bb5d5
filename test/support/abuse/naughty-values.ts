import type { JsonSchema } from '../../../src/api-docs/schema-book.js';
import type { Json } from '../alerts-client.js';
import { NAUGHTY, NAUGHTY_VALUES } from './naughty-strings.js';

/** Where something stands in a JSON value. */
type Place = readonly string[];

/** Every place of a JSON value that holds something, the innermost first, and those of fields that a schema allows. */
export function placesOf(value: Json, schema?: JsonSchema): Place[] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const absent = Object.keys(schema?.properties ?? {}).filter((name) => !inside.some(([key]) => key === name));
  return [
    ...inside.flatMap(([key, each]) => placesOf(each, schema?.properties?.[key]).map((place) => [key, ...place])),
    ...absent.map((key) => [key]),
    [],
  ];
}

/** A copy of a JSON value with something else at a place. */
export function withAt(value: Json, [key, ...rest]: Place, put: unknown): Json {
  if (key === undefined) return put;
  const copy: Json = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = withAt(copy[key], rest, put);
  return copy;
}

/** Deals out the naughty texts and values in turn, so that all of them are used somewhere, and every run does the same. */
export class Dealer {
  #texts = 0;
  #values = 0;

  text(): string {
    return NAUGHTY[this.#texts++ % NAUGHTY.length]!;
  }

  value(): unknown {
    return NAUGHTY_VALUES[this.#values++ % NAUGHTY_VALUES.length];
  }
}

/** A JSON value with one thing wrong, as often as there are places in it: with a text, and with what is none. */
export function* spoilt(value: Json, schema: JsonSchema | undefined, dealer: Dealer): Iterable<Json> {
  for (const place of placesOf(value, schema)) {
    yield withAt(value, place, dealer.text());
    yield withAt(value, place, dealer.value());
  }
}
