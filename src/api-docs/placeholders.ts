const PLACEHOLDER = /\{\{([\w.]+)\}\}/g;
const SOME_ID = '01a20000-0000-7000-8000-000000000000';

/** Every `{{name}}` of a value, at any depth. */
export function placeholdersOf(value: unknown): string[] {
  return [...(JSON.stringify(value) ?? '').matchAll(PLACEHOLDER)].map(([, name]) => name!);
}

/** The value with every `{{name}}` replaced; one that is a whole text may become something else than a text. */
export function fillIn<T>(value: T, valueOf: (name: string) => unknown): T {
  if (typeof value === 'string') return fillText(value, valueOf) as T;
  if (Array.isArray(value)) return value.map((each: unknown) => fillIn(each, valueOf)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillIn(each, valueOf) as unknown])) as T;
}

function fillText(text: string, valueOf: (name: string) => unknown): unknown {
  const whole = /^\{\{([\w.]+)\}\}$/.exec(text)?.[1];
  return whole === undefined
    ? text.replace(PLACEHOLDER, (_all, name: string) => String(valueOf(name)))
    : valueOf(whole);
}

/** What documents show for a placeholder. */
export function sampleOf(name: string): string {
  const field = name.split('.').at(-1)!;
  if (/id$/i.test(field)) return SOME_ID;
  return field === 'random' ? '7f3a' : `<${field}>`;
}

/** The variable of a shell command that stands for a placeholder: `{{raiseAlert.receiptToken}}` is `$RECEIPT_TOKEN`. */
export function variableOf(name: string): string {
  const field = name.split('.').at(-1)!;
  return `$${field.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
