import { renderFailurePage } from './failure-page.js';
import { renderReceiptPage, type Receipt } from './receipt-page.js';

const receipt: Receipt = {
  reference: 'NB-7K3F2',
  severity: 'high',
  test: false,
  repeatCount: 0,
  openedAt: '2026-03-01T22:30:00.000Z',
  receiptToken: 'token-of-the-reporter',
  warnings: [],
};
const render = (changes: Partial<Receipt> = {}) => renderReceiptPage({ ...receipt, ...changes }, 'Africa/Johannesburg');

describe('the receipt of a press without JavaScript', () => {
  it('says that help is called, the reference and the local time', () => {
    const page = render();
    expect(page).toContain('Help is being called');
    expect(page).toContain('NB-7K3F2');
    expect(page).toMatch(/2 Mar 2026|02 Mar 2026/);
    expect(page).toContain('00:30:00');
  });

  it('does not say that anybody is called while the record is away', () => {
    const page = render({ provisional: true });
    expect(page).not.toContain('elp is being called');
    expect(page).toContain('data-state="warn"');
    expect(page).toContain('shown to the responders who are connected. The others are not called yet');
  });

  it('presses again as the same reporter', () => {
    expect(render()).toContain('<input type="hidden" name="receiptToken" value="token-of-the-reporter">');
    expect(render()).toContain('<form method="post" action="/api/v1/emergency/alerts">');
  });

  it('shows what was not understood, without letting it become HTML', () => {
    const page = render({ warnings: [`location: <img src=x onerror="alert('1')"> & more`] });
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; more');
    expect(page).not.toContain('<img src=x');
  });

  it('escapes every field that it shows', () => {
    const hostile = '"><script>alert(1)</script>';
    const page = render({ reference: hostile, severity: hostile, receiptToken: hostile });
    expect(page).not.toContain('<script');
    expect(page.match(/&quot;&gt;&lt;script&gt;/g)).toHaveLength(4);
  });

  it('carries no script and no inline style, as the page policy demands', () => {
    expect(render()).not.toMatch(/<script|<style|style=|\son\w+=/);
  });

  it('calls a test a test, and keeps it one when pressed again', () => {
    const page = render({ test: true });
    expect(page).toContain('Test alert received');
    expect(page).toContain('name="test" value="true"');
  });
});

describe('the page for a press that could not be stored', () => {
  it('says to call by phone, and carries what was written, escaped, for another try', () => {
    const page = renderFailurePage(new URLSearchParams({ message: '"><script>', kind: 'fire' }));
    expect(page).toContain('<a href="tel:112">112</a>');
    expect(page).toContain('<input type="hidden" name="kind" value="fire">');
    expect(page).toContain('name="message" value="&quot;&gt;&lt;script&gt;"');
    expect(page).not.toMatch(/<script|<style|style=|\son\w+=/);
  });
});
