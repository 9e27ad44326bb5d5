import { escapeHtml } from './escape-html.js';

/** A whole page without a script, around one card. `title` is text, `content` is HTML. */
export function renderShell(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/style.css">
  </head>
  <body>
    <header class="top"><p class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28"> Naboom</p></header>
    <main class="receipt">
      <section class="card call">
${content}
      </section>
    </main>
  </body>
</html>
`;
}

/** Whom to call without this system. */
export const EMERGENCY_NUMBERS = `<a href="tel:112">112</a> from any cell phone, <a href="tel:10111">10111</a> (police)
          or <a href="tel:10177">10177</a> (ambulance) in South Africa`;

/** The big button of a form. Both texts are fixed words, not what somebody sent. */
export function renderPanicButton(word: string, hint: string): string {
  return `<button class="panic" type="submit">
            <span class="panic-word">${word}</span>
            <span class="panic-hint">${hint}</span>
          </button>`;
}

/** A form field that is sent along unseen. */
export function renderHidden(name: string, value: string): string {
  return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}
