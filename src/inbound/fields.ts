/** The fields of a gateway's request, whether it came as a form or as JSON. */
export type Fields = (name: string) => string | undefined;

/** Reads fields; one that is no text and no number counts as absent. */
export function fieldsOf(body: unknown): Fields {
  if (body instanceof URLSearchParams) return (name) => body.get(name) ?? undefined;
  const object = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>;
  return (name) => {
    const value = Object.hasOwn(object, name) ? object[name] : undefined;
    return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined;
  };
}
