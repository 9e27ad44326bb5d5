import { escapeHtml } from './escape-html.js';

/** What the receipt shows of an alert. */
export interface Receipt {
  readonly reference: string;
  readonly severity: string;
  readonly test: boolean;
  readonly repeatCount: number;
  /** RFC 3339 UTC. */
  readonly openedAt: string;
  readonly receiptToken: string;
  readonly warnings: readonly string[];
}

/** The answer to a panic that was pressed without JavaScript: a whole page, without a script. */
export function renderReceiptPage(receipt: Receipt, timeZone = 'Africa/Johannesburg'): string {
  const { reference, openedAt, receiptToken, severity } = receipt;
  const at = new Intl.DateTimeFormat('en-ZA', { dateStyle: 'medium', timeStyle: 'long', timeZone });
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escapeHtml(reference)}: help is being called</title>
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/assets/style.css">
  </head>
  <body>
    <header class="top"><p class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28"> Naboom</p></header>
    <main class="receipt">
      <section class="card call">
        <h1>${receipt.test ? 'Test alert received' : 'Help is being called'}</h1>
        <div class="status" data-state="good" role="status">
          <p>Your alert is stored and on its way to the responders.</p>
          <p class="reference">${escapeHtml(reference)}</p>
          <p><time datetime="${escapeHtml(openedAt)}">${escapeHtml(at.format(new Date(openedAt)))}</time></p>
          ${pressedAgain(receipt.repeatCount)}
        </div>
        ${warningList(receipt.warnings)}
        <h2>If nobody comes</h2>
        <p>Press again: it makes the same alert more urgent. Or call <a href="tel:112">112</a> from any cell phone,
          <a href="tel:10111">10111</a> (police) or <a href="tel:10177">10177</a> (ambulance) in South Africa,
          and give the reference above.</p>
        <form method="post" action="/api/v1/emergency/alerts">
          <input type="hidden" name="receiptToken" value="${escapeHtml(receiptToken)}">
          <input type="hidden" name="severity" value="${escapeHtml(severity)}">
          ${receipt.test ? '<input type="hidden" name="test" value="true">' : ''}
          <label for="message">Anything more? (optional)</label>
          <textarea id="message" name="message" rows="2" maxlength="1000"></textarea>
          <button class="panic" type="submit">
            <span class="panic-word">Again</span>
            <span class="panic-hint">I still need help</span>
          </button>
        </form>
      </section>
    </main>
  </body>
</html>
`;
}

function pressedAgain(repeatCount: number): string {
  return repeatCount > 0 ? `<p>Pressed ${repeatCount + 1} times.</p>` : '';
}

function warningList(warnings: readonly string[]): string {
  if (warnings.length === 0) return '';
  const items = warnings.map((warning) => `<li>${escapeHtml(warning)}</li>`).join('');
  return `<h2>What we could not read</h2><ul>${items}</ul>`;
}
