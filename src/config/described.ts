import { z } from 'zod';

/** What the docs, `.env.example` and the redaction need to know of a variable beside its type. */
export interface EnvVarMeta {
  readonly section: string;
  readonly doc: string;
  readonly secret?: true;
  /** Shown where the default is not a constant. */
  readonly defaultNote?: string;
}

const meta = z.registry<EnvVarMeta>();

/** The documentation of one variable of {@link envSchema}. */
export function envVarMeta(schema: z.ZodType): EnvVarMeta {
  const found = meta.get(schema);
  if (!found) throw new Error('Every variable of the configuration needs its documentation');
  return found;
}

/** A variable with its documentation. @throws Error for a schema that has one: a secret would be described as none */
export function described<T extends z.ZodType>(schema: T, description: EnvVarMeta): T {
  if (meta.has(schema)) throw new Error(`Two variables share a schema: ${description.doc}`);
  meta.add(schema, description);
  return schema;
}

export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number, ${min} to ${max}`;
  return z.coerce.number(message).int(message).min(min, message).max(max, message);
};
export const port = wholeNumber(0, 65_535);
/** Commas alone say nothing: they are an address that nobody can read. */
export const addresses = z.string().transform((text) => {
  const items = text.split(',').map((item) => item.trim());
  const named = items.filter(Boolean);
  return named.length > 0 ? named : items.slice(0, 1);
});
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
