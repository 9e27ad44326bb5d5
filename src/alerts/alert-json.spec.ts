import type { LogEntry } from './alert.js';
import { entryJson, responderMessageJson } from './alert-json.js';
import { responderMessage } from './alert-views.js';
import { apply } from './apply.js';

const raised = {
  type: 'alert.raised',
  alertId: '0190a5b8-7c4e-7000-8000-000000000001',
  at: '2026-11-20T10:00:00.000Z',
  actor: { kind: 'reporter' },
  details: {
    message: 'say "help"\n\u2028 \\ 🔥 \ud800',
    location: { lat: -33.9, lng: 18.4 },
    test: false,
    verified: true,
  },
} as const;
const entry: LogEntry = { ...raised, seq: 7, alert: apply(undefined, raised, 7) };

describe('the JSON of an entry', () => {
  it('reads back as the entry', () => {
    expect(JSON.parse(entryJson(entry))).toEqual(entry);
  });

  it('is for responders, byte by byte, that of their message', () => {
    expect(responderMessageJson(entry)).toBe(JSON.stringify(responderMessage(entry)));
  });
});
