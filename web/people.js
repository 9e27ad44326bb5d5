const EVERYWHERE = ['', 'All areas'];

/** Members who can be on duty, as choices. */
export function peopleWhoAnswer(members) {
  return members.filter(({ role }) => role !== 'member').map(({ userId, name }) => [userId, name]);
}

/** The choices of a place. */
export function placesOf(areas) {
  return [EVERYWHERE, ...areas.map(({ id, name }) => [id, name])];
}

export function areaName({ areas }, id) {
  return areas.find((each) => each.id === id)?.name ?? 'an area';
}
