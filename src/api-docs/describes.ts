import type { z } from 'zod';

/** A type without `readonly`, and with a mark on what may be absent, so that two of them can be compared. */
type Plain<T> = T extends readonly (infer E)[]
  ? { readonly each: Plain<E> }
  : T extends object
    ? {
        [K in keyof T]-?: object extends Pick<T, K> ? { readonly maybe: Plain<Exclude<T[K], undefined>> } : Plain<T[K]>;
      }
    : T;

type Same<A, B> = [Plain<A>] extends [Plain<B>] ? ([Plain<B>] extends [Plain<A>] ? unknown : never) : never;

/**
 * Ties the schema of an answer to the type that the code answers with: it compiles only while both say the same.
 * `describes<Alert>()(z.object(…))`
 */
export function describes<T>() {
  return <S extends z.ZodType>(schema: S & Same<z.output<S>, T>): S => schema;
}
