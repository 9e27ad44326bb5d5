import { ask } from './api.js';
import { createDrills } from './drills.js';
import { element } from './dom.js';
import { labelled, select, setOptions } from './fields.js';
import { createPolicyEditor } from './policy-editor.js';
import { createShifts } from './shifts.js';
import { isOperator, rolesIn } from './viewer.js';

/** What dispatchers settle for their organisation: who is called and when, who is on duty, and drills. */
export function createCalling() {
  const which = select([]);
  const label = labelled('Organisation', which);
  let viewer = {};
  let directory;
  let members = [];
  const chosen = () => ({
    organisation: directory?.organisations.find(({ id }) => id === which.value),
    areas: directory?.areas.filter(({ organisationId }) => organisationId === which.value) ?? [],
    members,
    token: viewer.token,
  });
  const panels = [createPolicyEditor(chosen), createShifts(chosen), createDrills(chosen)];
  const node = element('div', {}, label, ...panels.map((panel) => panel.node));
  let shown;

  /** The people first: each of the panels names them. */
  async function read() {
    const { organisation, token } = chosen();
    members = [];
    if (organisation) {
      const path = `/organisations/${encodeURIComponent(organisation.id)}/members`;
      const { answer } = await ask('GET', path, { token });
      if (organisation.id !== chosen().organisation?.id) return;
      members = answer?.items ?? [];
    }
    for (const panel of panels) panel.show(Boolean(organisation));
  }

  which.addEventListener('change', () => void read());

  return {
    node,
    show(nextViewer, nextDirectory) {
      viewer = nextViewer;
      directory = nextDirectory;
      const all = directory?.organisations ?? [];
      const own = all.filter(({ id }) => isOperator(viewer) || rolesIn(viewer, [id]).includes('dispatcher'));
      setOptions(
        which,
        own.map(({ id, name }) => [id, name]),
      );
      node.hidden = own.length === 0;
      label.hidden = own.length < 2;
      const next = JSON.stringify([viewer.user?.id, viewer.token, which.value, chosen().areas.map(({ id }) => id)]);
      if (next === shown) return; // what somebody fills in stays as it is
      shown = next;
      void read();
    },
  };
}
