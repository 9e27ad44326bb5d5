/** One error that a client may see. Codes are stable for ever; texts may be improved. */
export interface ErrorEntry {
  readonly status: number;
  readonly title: string;
  /** True when the same request may succeed later. */
  readonly retryable: boolean;
  /** One line that says what to do. */
  readonly help: string;
}

const entry = (status: number, title: string, help: string, retryable = false): ErrorEntry => ({
  status,
  title,
  retryable,
  help,
});

/** The catalogue of every error code of the HTTP API, the sockets and the streams; docs/errors.md is made from it. */
export const ERRORS = {
  BODY_UNREADABLE: entry(400, 'The body cannot be read', 'Send valid JSON or an HTML form.'),
  BODY_TOO_LARGE: entry(
    413,
    'The body is too large',
    'Send at most 64 KiB; on a socket at most 16 KiB; an area of 1 MiB, a map of 4 MiB.',
  ),
  REQUEST_INVALID: entry(400, 'The request is not valid', 'Correct the fields that `errors` names.'),
  ROUTE_NOT_FOUND: entry(404, 'There is nothing at this address', 'Check the path and the method.'),
  UNAUTHENTICATED: entry(
    401,
    'Not signed in',
    'Sign in, or send `Authorization: Bearer` with a session token, API key, operator key or receipt token; on a socket, `auth.token` or `auth.receiptToken`.',
  ),
  FORBIDDEN: entry(403, 'Not allowed', 'Use credentials that may do this.'),
  ORIGIN_FORBIDDEN: entry(403, 'This web origin may not connect', 'Add the origin to NABOOM_ALLOWED_ORIGINS.'),
  ALERT_NOT_FOUND: entry(404, 'There is no such alert', 'Check the id.'),
  ALERT_STATE: entry(
    409,
    'The alert is in another state',
    'Somebody was faster, or it is closed: read it again. A closed alert can be reopened, or a new one raised.',
  ),
  PIN_REQUIRED: entry(403, 'A PIN is needed', 'Send the PIN that was set for cancelling.'),
  PIN_WRONG: entry(403, 'The PIN is wrong', 'Try again, or ask the responders to close the alert.'),
  CREDENTIALS_WRONG: entry(401, 'Login or password is wrong', 'Check both; an account may also be disabled.'),
  CSRF_REFUSED: entry(
    403,
    'This page may not act for you',
    'Send requests with a cookie from our own pages only; programs use `Authorization: Bearer`.',
  ),
  TOO_MANY_REQUESTS: entry(
    429,
    'Too many requests',
    'Wait `retryAfter` seconds; raising an alert is never limited.',
    true,
  ),
  NOT_FOUND: entry(404, 'There is no such thing', 'Check the id.'),
  CONTACT_LIMIT: entry(409, 'There are 20 contacts already', 'Remove one that is not used any more.'),
  CONTACT_UNVERIFIED: entry(409, 'This contact is not verified', 'Ask for a code and enter it first.'),
  CODE_WRONG: entry(
    403,
    'The code is wrong',
    'Enter the last one that came; after 15 minutes or 5 tries, ask for a new one.',
  ),
  ADDRESS_REFUSED: entry(
    400,
    'Nothing can be sent to this address',
    'Use an https address that the internet can reach, or a phone number of a country that this deployment texts.',
  ),
  CHANNEL_OFF: entry(
    503,
    'This channel is not set up',
    'Use another one, or ask the operators; they find it in docs/configuration.md.',
    true,
  ),
  NAME_TAKEN: entry(409, 'There is one of this name already', 'Choose another name.'),
  LIMIT_REACHED: entry(409, 'There are too many of these', 'Remove what is no longer needed.'),
  DRILL_OPEN: entry(409, 'A drill is under way', 'Resolve or cancel the alert of the open drill first.'),
  GEOMETRY_INVALID: entry(
    400,
    'The area cannot be read',
    'Send GeoJSON (Polygon or MultiPolygon, longitude first) or KML.',
  ),
  GATEWAY_OFF: entry(
    503,
    'This gateway is not set up',
    'Set NABOOM_INBOUND_SECRET; for Twilio, NABOOM_TWILIO_AUTH_TOKEN. See docs/integrations.md.',
    true,
  ),
  GATEWAY_REFUSED: entry(
    403,
    'The gateway does not prove who it is',
    'Call the address with the secret of NABOOM_INBOUND_SECRET; for Twilio, check NABOOM_TWILIO_AUTH_TOKEN.',
  ),
  EVENT_UNKNOWN: entry(400, 'There is no such socket event', 'See the list of events in docs/events.md.'),
  TOO_MANY_EVENTS: entry(
    429,
    'Too many socket events',
    'Wait `retryAfter` seconds; raising an alert is never limited.',
    true,
  ),
  DATABASE_UNAVAILABLE: entry(
    503,
    'The record of alerts cannot be reached',
    'Try again after `Retry-After` seconds.',
    true,
  ),
  ALERT_PROVISIONAL: entry(
    503,
    'This alert is taken, and not yet in the record',
    'Try again after `Retry-After` seconds. What its reporter adds goes by another press with the same Idempotency-Key.',
    true,
  ),
  SHUTTING_DOWN: entry(503, 'This server is shutting down', 'Try again at once; another server answers.', true),
  REDIS_WRONGPASS: entry(503, 'Redis refuses the login', 'Check the user and the password of the Redis role.', true),
  REDIS_NOAUTH: entry(503, 'Redis asks for a login', 'Set the user and the password of the Redis role.', true),
  REDIS_NOPERM: entry(503, 'Redis refuses a command', 'Run `npm run acl -- verify`, then `apply`.', true),
  REDIS_READONLY: entry(503, 'Redis is a read-only replica', 'Point the role to the primary server.', true),
  REDIS_LOADING: entry(503, 'Redis is loading its data', 'Wait; it becomes ready by itself.', true),
  REDIS_OOM: entry(503, 'Redis is out of memory', 'Raise maxmemory or remove keys.', true),
  REDIS_MISCONF: entry(503, 'Redis cannot persist', 'Free disk space on the Redis server.', true),
  REDIS_WRONG_DB: entry(
    503,
    'Redis connection in the wrong place',
    'Grant `+select|N` to the user, or correct REDIS_<ROLE>_DB.',
    true,
  ),
  REDIS_TLS: entry(
    503,
    'TLS to Redis fails',
    'Check the scheme (rediss://), REDIS_TLS_CA_FILE and REDIS_TLS_SERVER_NAME; `npm run doctor` says what is wrong.',
    true,
  ),
  REDIS_NO_MASTER: entry(
    503,
    'No sentinel names a Redis master',
    'Check REDIS_SENTINELS, REDIS_SENTINEL_NAME and the login at the sentinels.',
    true,
  ),
  REDIS_TIMEOUT: entry(
    503,
    'Redis does not answer in time',
    'Check the load and the network of the Redis server.',
    true,
  ),
  REDIS_UNREACHABLE: entry(503, 'Redis cannot be reached', 'Check that it runs and that REDIS_URL is right.', true),
  REDIS_ERROR: entry(503, 'Redis answers with an error', 'See the log of the server.', true),
  INTERNAL_ERROR: entry(500, 'Something went wrong here', 'Try again; give the request id to the operators.', true),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;
