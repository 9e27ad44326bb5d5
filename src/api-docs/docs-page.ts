import { escapeHtml } from '../pages/escape-html.js';
import type { DescribedSockets } from './async-api.js';
import { eventAnchor, renderEvents } from './events-html.js';
import type { OperationGroup } from './operation.js';
import { renderOperation } from './operation-html.js';
import { problemSchema } from './problem.schema.js';
import { SchemaBook } from './schema-book.js';
import { code, renderFields, renderText, renderType } from './schema-html.js';

/** The description as one page, without a script. */
export function renderDocsPage(groups: readonly OperationGroup[], sockets: DescribedSockets, version: string): string {
  const book = new SchemaBook();
  book.of(problemSchema, 'output');
  const sections = [...groups.map((group) => renderGroup(group, book)), renderEvents(sockets, book)];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Naboom API ${escapeHtml(version)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">
<link rel="stylesheet" href="/assets/docs.css">
</head>
<body>
<header class="top"><p class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28"> Naboom</p></header>
<main class="docs">
<h1>API ${escapeHtml(version)}</h1>
<p>JSON in camelCase, times in RFC 3339 UTC, distances in metres. Every example is sent to a running server by a test.
For programs: <a href="/docs/openapi.json">OpenAPI 3.1</a>, <a href="/docs/asyncapi.json">AsyncAPI 3.0</a>. In the
commands ${code('$NABOOM')} is the address of the server, such as ${code('http://localhost:3000')}.</p>
${renderContents(groups, sockets)}
${sections.join('\n')}
${renderSchemas(book)}
</main>
</body>
</html>
`;
}

function renderContents(groups: readonly OperationGroup[], { server, client }: DescribedSockets): string {
  const routes = groups.map(({ name, operations }) => {
    const links = operations.map(
      ({ id, method, path }) => `<li><a href="#${id}">${method} ${escapeHtml(path)}</a></li>`,
    );
    return `<details><summary>${escapeHtml(name)}</summary><ul>${links.join('')}</ul></details>`;
  });
  const events = (
    [
      ['server', server],
      ['client', client],
    ] as const
  ).flatMap(([from, described]) =>
    Object.keys(described).map(
      (name) => `<li><a href="#${eventAnchor(from, name)}">${escapeHtml(name)}</a> from the ${from}</li>`,
    ),
  );
  return `<nav class="card" aria-label="Contents">${routes.join('\n')}
<details><summary>Socket events</summary><ul>${events.join('')}</ul></details>
</nav>`;
}

function renderGroup({ name, about, operations }: OperationGroup, book: SchemaBook): string {
  const anchor = `group-${name.toLowerCase().replaceAll(' ', '-')}`;
  return `<section aria-labelledby="${anchor}">
<h2 id="${anchor}">${escapeHtml(name)}</h2>
<p>${renderText(about)}</p>
${operations.map((operation) => renderOperation(operation, book)).join('\n')}
</section>`;
}

function renderSchemas({ components }: SchemaBook): string {
  const schemas = Object.entries(components)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, schema]) => `<article class="card" id="schema-${escapeHtml(name)}">
<h3>${escapeHtml(name)}</h3>
${schema.description ? `<p>${renderText(schema.description)}.</p>` : ''}
${schema.properties ? renderFields(schema, 'Fields') : `<p>${renderType(schema)}</p>`}
</article>`,
    );
  return `<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>${schemas.join('\n')}</section>`;
}
