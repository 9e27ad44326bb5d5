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

/** The fields of a schema as a table; `caption` tells what it is of, for those who do not see where it stands. */
export function renderFields({ properties = {}, required = [] }: JsonSchema, caption: string): string {
  const rows = Object.entries(properties).map(([name, schema]) => {
    const optional = required.includes(name) ? '' : ' <span class="optional">optional</span>';
    return `<tr><th scope="row">${code(name)}${optional}</th><td>${renderType(schema)}${remarks(schema)}</td></tr>`;
  });
  return rows.length === 0 ? '' : renderTable(caption, rows);
}

export function renderTable(caption: string, rows: readonly string[]): string {
  return `<table><caption>${escapeHtml(caption)}</caption><tbody>${rows.join('\n')}</tbody></table>`;
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
