import { ERRORS } from './error-codes.js';

/** docs/errors.md, from the catalogue. */
export function renderErrorDocs(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, { status, title, retryable, help }]) =>
      `| \`${code}\` | ${status} | ${title} | ${retryable ? 'yes' : 'no'} | ${help} |`,
  );
  return `# Errors

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem, \`application/problem+json\`; on a socket the
same object comes through the event's callback, or as \`data\` of \`connect_error\`. \`code\` is stable for ever, \`detail\`
and \`help\` may be improved. \`instance\` holds the request id of the log and of the \`x-request-id\` header.
\`retryAfter\` (seconds) stands where another try makes sense, with the \`Retry-After\` header.

A panic that can be read is never refused: what cannot be read of it is dropped and named in \`warnings\`. Only
\`BODY_UNREADABLE\`, \`BODY_TOO_LARGE\` and \`DATABASE_UNAVAILABLE\` can answer it.

| code | status | meaning | retry | what to do |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

<!-- Made by \`npm run docs\` from src/errors/error-codes.ts. -->
`;
}
