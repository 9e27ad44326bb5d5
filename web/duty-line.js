import { ask } from './api.js';
import { element, timeOf } from './dom.js';

/** Who is on duty now, in a sentence that cannot be overlooked when it is nobody. */
export function createDutyLine(chosen) {
  const node = element('p', { className: 'on-duty', role: 'status' });

  async function read() {
    const { organisation, token } = chosen();
    const { answer } = await ask('GET', `/organisations/${encodeURIComponent(organisation.id)}/on-duty`, { token });
    if (organisation.id !== chosen().organisation?.id) return;
    const items = answer?.items ?? [];
    node.hidden = !answer;
    node.dataset.state = items.length > 0 ? 'good' : 'bad';
    if (items.length === 0) return node.replaceChildren('Nobody is on duty now.');
    node.replaceChildren('On duty now: ', ...items.flatMap((item, at) => [at > 0 ? '; ' : '', ...partsOf(item)]), '.');
  }

  function partsOf({ name, areaIds, until }) {
    const { areas } = chosen();
    const where = areaIds && areas.filter(({ id }) => areaIds.includes(id)).map((area) => area.name);
    const place = where && where.length > 0 ? ` (${where.join(', ')})` : '';
    return [`${name}${place}`, ...(until ? [' until ', timeOf(until)] : [])];
  }

  return { node, read };
}
