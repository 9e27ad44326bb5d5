import { ask } from './api.js';
import { element, setText } from './dom.js';

const RESPONDS = new Set(['responder', 'dispatcher']);

/**
 * A switch for each area that an account may be on duty for. `onChange(areas)` gets the ids of those that it is on duty
 * for after one was switched.
 */
export function createDutySwitches(fieldset, { onChange }) {
  const problem = element('p', { className: 'small', role: 'alert' });
  const list = element('ul', { className: 'duties' });
  const switches = new Map();
  let user;
  let counts = {};
  fieldset.append(list, problem);

  function add({ id, name, organisation }) {
    const box = element('input', { type: 'checkbox', checked: user.duties.includes(id) });
    box.setAttribute('role', 'switch');
    const count = element('span', { className: 'small', textContent: connected(id) });
    box.addEventListener('change', () => void turn(id, box));
    switches.set(id, { box, count });
    return element('li', {}, element('label', { className: 'check' }, box, ` ${name} (${organisation})`), count);
  }

  // The server counts where somebody is on duty, for those who are there or send them.
  const connected = (id) => (counts[id] === undefined ? '' : `${counts[id]} connected`);

  async function turn(id, box) {
    box.disabled = true;
    setText(problem, '');
    const { answer, problem: why } = await ask(box.checked ? 'PUT' : 'DELETE', `/areas/${id}/duty`);
    box.disabled = false;
    if (!answer) {
      box.checked = !box.checked;
      return setText(problem, why);
    }
    onChange([...user.duties.filter((area) => area !== id), ...(box.checked ? [id] : [])]);
  }

  return {
    /** Offers the areas of the organisations in which the account responds. */
    show(viewer, areas) {
      user = viewer?.user;
      const own = (user?.memberships ?? []).filter(({ role }) => RESPONDS.has(role));
      const ids = new Set(own.map(({ organisationId }) => organisationId));
      const offered = areas.filter(({ organisationId }) => ids.has(organisationId));
      const known = [...switches.keys()].join();
      if (known !== offered.map(({ id }) => id).join()) {
        switches.clear();
        list.replaceChildren(...offered.map(add));
      }
      for (const [id, { box }] of switches) if (!box.disabled) box.checked = user.duties.includes(id);
      fieldset.hidden = offered.length === 0;
    },
    /** How many are connected for each area. */
    count(areas = {}) {
      counts = areas;
      for (const [id, { count }] of switches) setText(count, connected(id));
    },
  };
}
