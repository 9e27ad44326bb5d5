import type { Person } from '../auth/caller.js';

type OnDutyPerson = Pick<Person, 'id' | 'duties'>;

/** Who is connected and on duty, by area; somebody with two sockets is one. */
export class OnDuty {
  readonly #areas = new Map<string, Map<string, number>>();

  /** One more socket of a person. */
  add({ id, duties }: OnDutyPerson): void {
    for (const area of duties) {
      const people = this.#areas.get(area) ?? new Map<string, number>();
      this.#areas.set(area, people.set(id, (people.get(id) ?? 0) + 1));
    }
  }

  /** One less. */
  delete({ id, duties }: OnDutyPerson): void {
    for (const area of duties) {
      const people = this.#areas.get(area);
      const left = (people?.get(id) ?? 0) - 1;
      if (left > 0) people?.set(id, left);
      else people?.delete(id);
      if (people?.size === 0) this.#areas.delete(area);
    }
  }

  /** People by area. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#areas].map(([area, people]) => [area, people.size]));
  }
}
