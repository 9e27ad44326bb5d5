/** The literal of an array whose values need no quotes: numbers, booleans, ids, times, words of our own. */
export function plainArray(values: readonly (string | number | boolean)[]): string {
  return `{${values.join(',')}}`;
}

/**
 * The literal of an array of JSON texts as `JSON.stringify` gives them. Such a text has no control characters, so a
 * JSON string of it is quoted just as Postgres wants it; the driver's own quoting costs 5 us a text.
 */
export function jsonArray(texts: readonly string[]): string {
  return `{${texts.map((text) => JSON.stringify(text)).join(',')}}`;
}
