import { EMERGENCY_NUMBERS, renderHidden, renderPanicButton, renderShell } from './page-shell.js';

/** A field of a form that was sent. */
export type SentField = readonly [name: string, value: string];

/** Says to whoever pressed without JavaScript that the alert is not stored, and sends the same again at a press. */
export function renderFailurePage(fields: Iterable<SentField>): string {
  return renderShell(
    'Not sent: call for help by phone',
    `        <h1>Not sent</h1>
        <div class="status" data-state="warn" role="alert">
          <p class="reference">Call by phone now</p>
          <p>We could not store your alert. Call ${EMERGENCY_NUMBERS}.</p>
        </div>
        <h2>Or try again</h2>
        <p>What you wrote is sent with it.</p>
        <form method="post" action="/api/v1/emergency/alerts">
          ${[...fields].map(([name, value]) => renderHidden(name, value)).join('\n          ')}
          ${renderPanicButton('Again', 'Send it once more')}
        </form>`,
  );
}
