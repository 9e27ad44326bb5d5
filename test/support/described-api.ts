import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonSchema } from '../../src/api-docs/schema-book.js';
import type { Json } from './alerts-client.js';

const DOCUMENT = 'document';

/** Judges bodies by the schemas of a published OpenAPI or AsyncAPI document: what it does not name may not be there. */
export class DescribedApi {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(document: object) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(closed(document) as object, DOCUMENT);
  }

  /** What is wrong with a value, by the schema at a JSON pointer; null when nothing is. */
  problems(pointer: readonly string[], value: unknown): unknown {
    const path = pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/');
    const validate: ValidateFunction = this.#ajv.compile({ $ref: `${DOCUMENT}#/${path}` });
    return validate(value) ? null : validate.errors;
  }
}

/** A copy in which objects have no fields but those that are named; parts of `allOf` see only their own. */
function closed(value: Json, withinAllOf = false): Json {
  if (Array.isArray(value)) return value.map((each) => closed(each, withinAllOf));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, closed(each, key === 'allOf')]);
  const copy = Object.fromEntries(entries) as JsonSchema;
  const isObject = copy.properties !== undefined && copy.type === 'object';
  return isObject && copy.additionalProperties === undefined && !withinAllOf
    ? { ...copy, additionalProperties: false }
    : copy;
}
