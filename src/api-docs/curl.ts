import type { Example, Operation } from './operation.js';
import { fillIn, sampleOf, variableOf } from './placeholders.js';

/** An example as a command for a shell. */
export function renderCurl({ method, path }: Pick<Operation, 'method' | 'path'>, example: Example): string {
  const parts = [method === 'GET' ? '' : `-X ${method}`, `"$NABOOM${addressOf(path, example, variableOf)}"`];
  if (example.bearer) parts.push(`-H "Authorization: Bearer ${fillIn(example.bearer, variableOf)}"`);
  for (const [name, value] of Object.entries(example.headers ?? {})) {
    parts.push(`-H ${quoted(`${name}: ${fillIn(value, sampleOf)}`)}`);
  }
  if (example.json !== undefined) {
    parts.push("-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(fillIn(example.json, sampleOf)))}`);
  }
  for (const [name, value] of Object.entries(example.form ?? {})) {
    parts.push(`--data-urlencode ${quoted(`${name}=${fillIn(value, sampleOf)}`)}`);
  }
  if (example.text) {
    parts.push(`-H 'Content-Type: ${example.text.type}'`, `--data-binary ${quoted(example.text.content)}`);
  }
  return ['curl', ...parts.filter((part) => part !== '')].join(' \\\n  ').replace(/^curl \\\n {2}/, 'curl ');
}

/** The path of an example, with its parameters filled in. */
export function addressOf(path: string, { params = {}, query }: Example, valueOf: (name: string) => unknown): string {
  const filled = path.replaceAll(/:(\w+)/g, (_all, name: string) => {
    const value = params[name];
    if (value === undefined) throw new Error(`an example of ${path} has no ${name}`);
    return fillIn(value, valueOf);
  });
  return query ? `${filled}?${queryOf(fillIn(query, valueOf))}` : filled;
}

function queryOf(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${value.startsWith('$') ? value : encodeURIComponent(value)}`)
    .join('&');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
