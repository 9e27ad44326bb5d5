import { escapeHtml } from '../pages/escape-html.js';
import { referredName, type JsonSchema } from './schema-book.js';

/** What may stand there, in one line: `string, at most 40 characters`, a link to a named schema, or `high or low`. */
export function renderType(schema: JsonSchema): string {
  const name = referredName(schema);
  if (name !== undefined) return `<a href="#schema-${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(renderType).join(' or ');
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(' ');
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.type === 'array') return `list of ${renderType(schema.items ?? {})}`;
  if (schema.type === 'object') return renderObject(schema);
  const type = [schema.type ?? 'anything'].flat().join(' or ');
  return escapeHtml([schema.format ? `${type} (${schema.format})` : type, ...limitsOf(schema)].join(', '));
}

/** The fields of a schema, each with its type and what there is to say of it. */
export function renderFields({ properties = {}, required = [] }: JsonSchema, caption: string): string {
  const pairs = Object.entries(properties).map(([name, schema]): Pair => {
    const optional = required.includes(name) ? '' : ' <span class="optional">optional</span>';
    return [`${code(name)}${optional}`, `${renderType(schema)}${remarks(schema)}`];
  });
  return renderPairs(caption, pairs);
}

/** A name and what it is, both HTML. */
export type Pair = readonly [name: string, what: string];

/** A list of names and what they are under a heading; nothing when there are none. */
export function renderPairs(caption: string, pairs: readonly Pair[]): string {
  if (pairs.length === 0) return '';
  const rows = pairs.map(([name, what]) => `<div><dt>${name}</dt><dd>${what}</dd></div>`);
  return `<h4>${escapeHtml(caption)}</h4><dl>${rows.join('\n')}</dl>`;
}

export function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}

/** Text in which Markdown's backticks mark code. */
export function renderText(text: string): string {
  return escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function renderObject({ properties, additionalProperties }: JsonSchema): string {
  if (properties && Object.keys(properties).length > 0) {
    const fields = Object.entries(properties).map(([name, schema]) => `${code(name)}: ${renderType(schema)}`);
    return `{ ${fields.join('; ')} }`;
  }
  const each = typeof additionalProperties === 'object' ? additionalProperties : {};
  return Object.keys(each).length > 0 ? `object, each value ${renderType(each)}` : 'object';
}

function remarks({ description, default: byDefault }: JsonSchema): string {
  const preset = byDefault === undefined ? '' : `; ${code(JSON.stringify(byDefault))} when absent`;
  return `${preset}${description === undefined ? '' : `<br>${renderText(description)}`}`;
}

function limitsOf({ minimum, maximum, maxLength }: JsonSchema): string[] {
  return [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
  ];
}
