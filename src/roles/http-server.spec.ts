import { loggedPath } from './http-server.js';

describe('the path in the log', () => {
  it.each([
    ['/api/v1/emergency/alerts?since=x', '/api/v1/emergency/alerts', '/api/v1/emergency/alerts'],
    [
      '/api/v1/inbound/sms/twilio/s3cret',
      '/api/v1/inbound/sms/:provider/:secret',
      '/api/v1/inbound/sms/:provider/:secret',
    ],
    ['/api/v1/inbound/ussd?secret=s3cret', '/api/v1/inbound/ussd', '/api/v1/inbound/ussd'],
    ['/api/v1/inboun%64/ussd/s3cret', '/api/v1/inbound/ussd/:secret', '/api/v1/inbound/ussd/:secret'],
    ['/api/v1/inbound/s3cret/sms/x/y', undefined, '/api/v1/inbound/[redacted]'],
    ['/Inbound/ussd/s3cret', undefined, '/inbound/[redacted]'],
    [
      '/api/v1/notifications/receipts/0199.t0ken',
      '/api/v1/notifications/receipts/:token',
      '/api/v1/notifications/receipts/:token',
    ],
    ['/notifications/receipts/0199.t0ken/x', undefined, '/notifications/receipts/[redacted]'],
    ['/nothing', undefined, '/nothing'],
  ])('of %s holds no secret', (url, route, logged) => {
    expect(loggedPath(url, route)).toBe(logged);
  });
});
