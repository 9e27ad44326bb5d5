const NOTHING: ReadonlySet<never> = new Set();

/** Things by name; a name without any is forgotten. */
export class NameIndex<T> {
  readonly #sets = new Map<string, Set<T>>();

  get(name: string): ReadonlySet<T> {
    return this.#sets.get(name) ?? NOTHING;
  }

  add(name: string, thing: T): void {
    this.#sets.set(name, (this.#sets.get(name) ?? new Set()).add(thing));
  }

  delete(name: string, thing: T): void {
    const things = this.#sets.get(name);
    things?.delete(thing);
    if (things?.size === 0) this.#sets.delete(name);
  }
}
