import { renderCurl } from './curl.js';

const answering = { method: 'POST', path: '/alerts/:id/cancel' } as const;

describe('an example as a command', () => {
  it('has the token as a variable, and a body that no quote ends', () => {
    const params = { id: '{{raiseAlert.id}}' };
    const bearer = '{{raiseAlert.receiptToken}}';
    const json = { reason: "it's nothing" };
    expect(renderCurl(answering, { name: 'x', params, bearer, json, status: 200 })).toBe(
      [
        'curl -X POST',
        '"$NABOOM/alerts/$ID/cancel"',
        '-H "Authorization: Bearer $RECEIPT_TOKEN"',
        "-H 'Content-Type: application/json'",
        `-d '{"reason":"it'\\''s nothing"}'`,
      ].join(' \\\n  '),
    );
  });

  it('writes a query as a URL has it, and a form field by field', () => {
    const list = { method: 'GET', path: '/alerts' } as const;
    const query = { since: '2026-01-31T00:00:00+02:00', limit: '2' };
    expect(renderCurl(list, { name: 'x', query, status: 200 })).toBe(
      'curl "$NABOOM/alerts?since=2026-01-31T00%3A00%3A00%2B02%3A00&limit=2"',
    );
    const form = { text: 'a b' };
    expect(renderCurl({ method: 'POST', path: '/sms' }, { name: 'x', form, status: 200 })).toContain(
      "--data-urlencode 'text=a b'",
    );
  });

  it('is none without a parameter that the path has', () => {
    expect(() => renderCurl(answering, { name: 'x', status: 200 })).toThrow('has no id');
  });
});
