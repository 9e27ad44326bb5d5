/** What a text of a failure may hold and nobody needs: where it was sent, to whom, with which token. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  // Of an address the origin: receivers put tokens into path and query.
  [/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#"']+)[^\s"']*/gi, '$1$2'],
  [/[^\s<>@"']+@[^\s<>@"']+\.[a-z]{2,}/gi, '[e-mail]'],
  // A word with digits in it that is longer than an id with dashes is a token.
  [/(?<![\w-])(?=[\w-]*\d)[\w-]{37,}/g, '[token]'],
  [/(?<![\w-])\+?\d[\d ]{7,}\d(?![\w-])/g, '[number]'],
];

/** A text without addresses of people, paths of receivers and tokens. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}
