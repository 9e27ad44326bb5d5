import { alertPath, ask } from './api.js';
import { byId } from './dom.js';
import { onWorkerMessage } from './worker-messages.js';

const IN_ADDRESS = /^#alert-([0-9a-f-]{36})$/i;

/**
 * Brings the alert in front that a message was about: of the page's address, or of a message that was pressed. `put`
 * adds one to the list that is not, or no longer, told live; `say` gets the problem.
 */
export function createAlertOpener({ viewer, put, say }) {
  let wanted = inAddress();

  function bring() {
    const item = wanted && byId(`alert-${wanted}`);
    if (!item) return Boolean(item);
    wanted = undefined;
    const title = item.querySelector('h3');
    title.tabIndex = -1;
    title.focus({ preventScroll: true });
    item.scrollIntoView({ block: 'start' });
    return true;
  }

  async function find() {
    if (!wanted || bring()) return;
    const asked = wanted;
    const { answer, problem } = await ask('GET', alertPath(asked), { token: viewer().token });
    if (asked !== wanted) return;
    if (answer) put(answer);
    else say(`The alert of the message cannot be shown: ${problem}`);
    bring();
  }

  function want(id) {
    wanted = id;
    if (isThere()) void find();
  }

  const isThere = () => Boolean(viewer().user || viewer().token);
  addEventListener('hashchange', () => inAddress() && want(inAddress()));
  onWorkerMessage(({ type, alertId }) => type === 'open-alert' && alertId && want(alertId));

  return {
    /** Called when the list is complete. */
    find: () => void find(),
  };
}

function inAddress() {
  return IN_ADDRESS.exec(location.hash)?.[1]?.toLowerCase();
}
