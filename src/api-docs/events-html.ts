import { escapeHtml } from '../pages/escape-html.js';
import type { ClientEvent, ServerEvent } from '../realtime/described-events.js';
import type { DescribedSockets } from './async-api.js';
import { renderErrors } from './operation-html.js';
import { fillIn, sampleOf } from './placeholders.js';
import type { SchemaBook } from './schema-book.js';
import { code, renderFields, renderText, renderType } from './schema-html.js';

/** The socket events as a section of the page. */
export function renderEvents({ handshake, server, client }: DescribedSockets, book: SchemaBook): string {
  const sent = Object.entries(server).map(([name, event]) => renderSent(name, event, book));
  const received = Object.entries(client).map(([name, event]) => renderReceived(name, event, book));
  return `<section aria-labelledby="sockets">
<h2 id="sockets">Socket events</h2>
<p>Socket.IO 4, path ${code('/socket.io')}, namespace ${code('/')}. Keep the ${code('seq')} of the last
${code('snapshot')} or ${code('alert')}, drop an ${code('alert')} whose ${code('seq')} is not greater, and send the kept
number as ${code('cursor')} when you connect again.</p>
<article class="card"><h3>Handshake</h3>${renderFields(book.of(handshake, 'input'), 'Fields of auth')}</article>
${[...sent, ...received].join('\n')}
</section>`;
}

/** The anchor of an event; one that goes both ways has two. */
export function eventAnchor(from: 'server' | 'client', name: string): string {
  return `${from}-${name.replaceAll(':', '-')}`;
}

function renderSent(name: string, { summary, payload }: ServerEvent, book: SchemaBook): string {
  return `<article class="card" id="${eventAnchor('server', name)}">
<h3><span class="method">from the server</span> ${code(name)}</h3>
<p>${renderText(summary)}.</p>
<p>Payload: ${renderType(book.of(payload, 'output'))}</p>
</article>`;
}

function renderReceived(name: string, event: ClientEvent, book: SchemaBook): string {
  const examples = event.examples.map(
    (example) =>
      `<h4>${escapeHtml(example.name)}${example.code ? `: ${example.code}` : ''}</h4>
<pre><code>${escapeHtml(`socket.emit('${name}', ${JSON.stringify(fillIn(example.payload, sampleOf))}, (answer) => {})`)}</code></pre>`,
  );
  return `<article class="card" id="${eventAnchor('client', name)}">
<h3><span class="method">from a client</span> ${code(name)}</h3>
<p><strong>${renderText(event.summary)}.</strong></p>
<p class="small">Who: ${renderText(event.who)}.</p>
<p>Payload: ${renderType(book.of(event.payload, 'input'))}</p>
<p>Answer through the callback: ${renderType(book.of(event.answer, 'output'))}, or <a href="#schema-Problem">Problem</a></p>
${renderErrors(event.errors)}
<details><summary>Examples</summary>${examples.join('\n')}</details>
</article>`;
}
