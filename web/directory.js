import { ask } from './api.js';

/** An unknown area may be a new one: asked for at most this often, ms. */
const AGAIN_AFTER_MS = 30_000;

/** The organisations and areas that a viewer may read, by id. `onChange` is called when they have been read. */
export function createDirectory({ token }, onChange) {
  let areas = new Map();
  let organisations = [];
  let readAt = -Infinity;

  async function read() {
    readAt = Date.now();
    const { answer } = await ask('GET', '/organisations', { token });
    if (!answer) return;
    const lists = await Promise.all(answer.items.map(areasOf));
    organisations = answer.items;
    areas = new Map(lists.flat().map((area) => [area.id, area]));
    onChange();
  }

  async function areasOf({ id, name: organisation }) {
    const { answer } = await ask('GET', `/organisations/${id}/areas`, { token });
    return (answer?.items ?? []).map((area) => ({ id: area.id, name: area.name, organisationId: id, organisation }));
  }

  return {
    read,
    get areas() {
      return [...areas.values()];
    },
    get organisations() {
      return organisations;
    },
    /** The names of the areas of an alert; undefined for those that are not, or not yet, known. */
    namesOf(ids) {
      if (ids.some((id) => !areas.has(id)) && Date.now() - readAt > AGAIN_AFTER_MS) void read();
      return ids.flatMap((id) => areas.get(id)?.name ?? []);
    },
  };
}
