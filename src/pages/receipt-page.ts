import { escapeHtml } from './escape-html.js';
import { EMERGENCY_NUMBERS, renderHidden, renderPanicButton, renderShell } from './page-shell.js';

/** What the receipt shows of an alert. */
export interface Receipt {
  readonly reference: string;
  readonly severity: string;
  readonly test: boolean;
  /** Taken while the record is away: nobody is called yet. */
  readonly provisional?: boolean;
  readonly repeatCount: number;
  /** RFC 3339 UTC. */
  readonly openedAt: string;
  readonly receiptToken: string;
  readonly warnings: readonly string[];
}

const NOT_CALLED_YET = `Your alert is stored, and shown to the responders who are connected. The others are not called yet:
            if you can, call ${EMERGENCY_NUMBERS}.`;

/** The answer to a panic that was pressed without JavaScript: a whole page, without a script. */
export function renderReceiptPage(receipt: Receipt, timeZone: string): string {
  const { reference, openedAt, receiptToken, severity, test, provisional } = receipt;
  const at = new Intl.DateTimeFormat('en-ZA', { dateStyle: 'medium', timeStyle: 'long', timeZone });
  return renderShell(
    `${reference}: ${provisional ? 'your alert is stored' : 'help is being called'}`,
    `        <h1>${headline(receipt)}</h1>
        <div class="status" data-state="${provisional ? 'warn' : 'good'}" role="status">
          <p>${provisional ? NOT_CALLED_YET : 'Your alert is stored and on its way to the responders.'}</p>
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

function headline({ test, provisional }: Receipt): string {
  if (test) return 'Test alert received';
  return provisional ? 'Your alert is stored' : 'Help is being called';
}

function pressedAgain(repeatCount: number): string {
  return repeatCount > 0 ? `<p>Pressed ${repeatCount + 1} times.</p>` : '';
}

function warningList(warnings: readonly string[]): string {
  if (warnings.length === 0) return '';
  const items = warnings.map((warning) => `<li>${escapeHtml(warning)}</li>`).join('');
  return `<h2>What we could not read</h2><ul>${items}</ul>`;
}
