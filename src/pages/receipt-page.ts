import { escapeHtml } from './escape-html.js';
import { EMERGENCY_NUMBERS, renderHidden, renderPanicButton, renderShell } from './page-shell.js';

/** What the receipt shows of an alert. */
export interface Receipt {
  readonly reference: string;
  readonly severity: string;
  readonly test: boolean;
  readonly repeatCount: number;
  /** RFC 3339 UTC. */
  readonly openedAt: string;
  readonly receiptToken: string;
  /** `redis`: Postgres is away, so nobody is called yet; those who have the page open see it. */
  readonly stored: 'postgres' | 'redis';
  readonly warnings: readonly string[];
}

/** The answer to a panic that was pressed without JavaScript: a whole page, without a script. */
export function renderReceiptPage(receipt: Receipt, timeZone: string): string {
  const { reference, openedAt, receiptToken, severity, test } = receipt;
  const { title, text } = wordsOf(receipt);
  const at = new Intl.DateTimeFormat('en-ZA', { dateStyle: 'medium', timeStyle: 'long', timeZone });
  return renderShell(
    `${reference}: ${title.toLowerCase()}`,
    `        <h1>${title}</h1>
        <div class="status" data-state="good" role="status">
          <p>${text}</p>
          <p class="reference">${escapeHtml(reference)}</p>
          <p><time datetime="${escapeHtml(openedAt)}">${escapeHtml(at.format(new Date(openedAt)))}</time></p>
          ${pressedAgain(receipt.repeatCount)}
        </div>
        ${warningList(receipt.warnings)}
        <h2>If nobody comes</h2>
        <p>Press again: it makes the same alert more urgent. Or call ${EMERGENCY_NUMBERS}.</p>
        <form method="post" action="/api/v1/emergency/alerts">
          ${renderHidden('receiptToken', receiptToken)}
          ${renderHidden('severity', severity)}
          ${test ? renderHidden('test', 'true') : ''}
          <label for="message">Anything more? (optional)</label>
          <textarea id="message" name="message" rows="2" maxlength="1000"></textarea>
          ${renderPanicButton('Again', 'I still need help')}
        </form>`,
  );
}

const CALL_AS_WELL = 'We cannot call the others just now: call by phone as well.';

/** What became of the press; it must promise no help that nobody can call. */
function wordsOf({ test, stored }: Receipt): { readonly title: string; readonly text: string } {
  const isCalling = stored === 'postgres';
  return {
    title: test ? 'Test alert received' : isCalling ? 'Help is being called' : 'Alert received',
    text: isCalling
      ? 'Your alert is stored and on its way to the responders.'
      : `Your alert is stored and shown to the responders who are connected. ${test ? '' : CALL_AS_WELL}`,
  };
}

function pressedAgain(repeatCount: number): string {
  return repeatCount > 0 ? `<p>Pressed ${repeatCount + 1} times.</p>` : '';
}

function warningList(warnings: readonly string[]): string {
  if (warnings.length === 0) return '';
  const items = warnings.map((warning) => `<li>${escapeHtml(warning)}</li>`).join('');
  return `<h2>What we could not read</h2><ul>${items}</ul>`;
}
