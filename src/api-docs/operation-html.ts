import { escapeHtml } from '../pages/escape-html.js';
import { ERRORS, type ErrorCode } from '../errors/error-codes.js';
import { renderCurl } from './curl.js';
import { errorsOf } from './errors-of.js';
import type { Access, Operation } from './operation.js';
import type { SchemaBook } from './schema-book.js';
import { code, renderFields, renderPairs, renderText, renderType, type Pair } from './schema-html.js';

const ACCESS_WORDS: Readonly<Record<Access, string>> = {
  anyone: 'anyone',
  receipt: 'the reporter with the receipt token',
  session: 'whoever is signed in',
  apiKey: 'a program with an API key',
  operator: 'operators',
  gateway: 'an SMS or USSD gateway',
};

/** One route as an article of the page. */
export function renderOperation(operation: Operation, book: SchemaBook): string {
  const { id, method, path, summary, about, who, whom } = operation;
  const asker = [who.map((access) => ACCESS_WORDS[access]).join(', '), whom].filter(Boolean).join(': ');
  return `<article class="card" id="${id}">
<h3><span class="method">${method}</span> ${code(path)}</h3>
<p><strong>${renderText(summary)}.</strong> ${about ? renderText(about) : ''}</p>
<p class="small">Who: ${renderText(asker)}.</p>
${renderRequest(operation, book)}
${renderAnswers(operation, book)}
${renderErrors(errorsOf(operation))}
<details><summary>Examples</summary>
${operation.examples.map((example) => renderExample(operation, example)).join('\n')}
</details>
</article>`;
}

/** What else than success may come back. */
export function renderErrors(codes: readonly ErrorCode[]): string {
  if (codes.length === 0) return '';
  const pairs = codes.map((each): Pair => {
    const { status, title, help } = ERRORS[each];
    return [`${status} ${code(each)}`, `${escapeHtml(title)}. ${renderText(help)}`];
  });
  return `<details><summary>Errors</summary>${renderPairs('Errors', pairs)}</details>`;
}

function renderRequest({ params = {}, headers = {}, query, body = {} }: Operation, book: SchemaBook): string {
  const bodies = Object.entries(body).map(([type, schema]): Pair => [code(type), renderType(book.of(schema, 'input'))]);
  return [
    described('In the path', params),
    query ? renderFields(book.of(query, 'input'), 'In the query') : '',
    described('Headers', headers),
    renderPairs('Body', bodies),
  ].join('\n');
}

function described(caption: string, things: Readonly<Record<string, string>>): string {
  return renderPairs(
    caption,
    Object.entries(things).map(([name, what]): Pair => [code(name), renderText(what)]),
  );
}

function renderAnswers({ answers }: Operation, book: SchemaBook): string {
  const pairs = Object.entries(answers).map(([status, { about, json, types = [] }]): Pair => {
    const comes = [...(json ? [renderType(book.of(json, 'output'))] : []), ...types.map(code)].join(', ');
    return [status, `${renderText(about)} ${comes}`];
  });
  return renderPairs('Answers', pairs);
}

function renderExample(operation: Operation, example: Operation['examples'][number]): string {
  const outcome = example.code ? `${example.status} ${example.code}` : String(example.status);
  return `<h4>${escapeHtml(example.name)}: ${outcome}</h4>
<pre><code>${escapeHtml(renderCurl(operation, example))}</code></pre>`;
}
