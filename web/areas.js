import { ask } from './api.js';
import { byId, element, setText } from './dom.js';
import { isOperator, rolesIn } from './viewer.js';

const KML = 'application/vnd.google-earth.kml+xml';
/** The server gives a map 15 s to arrive and 10 s to be read, one after the other. */
const IMPORT_WITHIN_MS = 40_000;

/** The areas of the organisations that somebody dispatches for, and the import of further ones from a file. */
export function createAreasPanel({ onImported }) {
  const panel = byId('areas');
  const form = byId('area-import');
  const organisation = byId('area-organisation');
  const button = form.querySelector('button');
  let token;

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const [file] = byId('area-file').files;
    button.disabled = true;
    setText(byId('area-problem'), '');
    setText(byId('area-done'), '');
    const { answer, problem } = await importFile(file, organisation.value, token);
    button.disabled = false;
    if (!answer) return setText(byId('area-problem'), problem);
    form.reset();
    setText(byId('area-done'), toldOf(answer.items));
    onImported();
  });

  return {
    show(viewer, directory) {
      token = viewer.token;
      const all = directory?.organisations ?? [];
      const own = all.filter(({ id }) => isOperator(viewer) || rolesIn(viewer, [id]).includes('dispatcher'));
      panel.hidden = own.length === 0;
      if (own.length === 0) panel.open = false;
      const chosen = organisation.value;
      organisation.replaceChildren(...own.map(({ id, name }) => new Option(name, id, false, id === chosen)));
      byId('area-list').replaceChildren(...own.map((each) => itemOf(each, directory.areas)));
    },
  };
}

function itemOf({ id, name }, areas) {
  const names = areas.filter(({ organisationId }) => organisationId === id).map((area) => area.name);
  return element('li', { textContent: `${name}: ${names.join(', ') || 'no area yet'}` });
}

/** What became of each feature of a file. */
function toldOf(items) {
  const taken = items.filter(({ result }) => result !== 'skipped').map(({ name }) => name);
  const skipped = items.filter(({ result }) => result === 'skipped');
  const why = skipped.map(({ name, reason }) => `${name ?? 'without a name'} (${reason})`);
  return [
    taken.length > 0 ? `Imported: ${taken.join(', ')}.` : 'Nothing imported.',
    ...(why.length > 0 ? [`Left out: ${why.join(', ')}.`] : []),
  ].join(' ');
}

async function importFile(file, organisationId, token) {
  const body = await textOf(file);
  const type = body.trimStart().startsWith('<') ? KML : 'application/json';
  return ask('POST', `/organisations/${organisationId}/areas/import`, {
    body,
    type,
    token,
    withinMs: IMPORT_WITHIN_MS,
  });
}

/** `file.text()` is missing on older phones. */
function textOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result));
    reader.addEventListener('error', () => reject(reader.error));
    reader.readAsText(file);
  });
}
