/** An error whose message is the whole story for the operator: printed as one line, without a stack. */
export class PlainError extends Error {
  name = 'PlainError';
}
