import { createAlertList } from './alert-list.js';
import { isOpen } from './alert-status.js';
import { alertPath, ask } from './api.js';
import { createAreasPanel } from './areas.js';
import { createDirectory } from './directory.js';
import { byId, setPill, setText } from './dom.js';
import { createDutySwitches } from './duty.js';
import { connectLive } from './live.js';
import { createAlertOpener } from './open-alert.js';
import { createReachTeller } from './reach-teller.js';
import { startSignIn } from './sign-in.js';
import { isResponder } from './viewer.js';

const STATES = {
  connecting: ['warn', 'Connecting'],
  live: ['good', 'Live'],
  doubt: ['warn', 'No sign of life'],
  offline: ['bad', 'Offline, trying again'],
  refused: ['bad', 'Not accepted'],
  // Alerts are told all the same: those that Redis takes meanwhile.
  unread: ['bad', 'Cannot read the record, trying again'],
  away: ['warn', 'Live, without the record'],
  off: ['off', 'Not connected'],
};

/** The responders' part: who is signed in, the live list, and what can be done with an alert. */
export function startFeed() {
  let viewer = {};
  let live;
  let directory;
  let teller;
  let state = 'off';
  const alerts = createAlertList(byId('alerts'), {
    viewer: () => viewer,
    areaNames: (ids) => directory?.namesOf(ids) ?? [],
    organisationName: (id) => directory?.organisations.find((each) => each.id === id)?.name,
    nameOf: (id) => alerts.get(id)?.reference,
    others: (id) => alerts.alerts.filter((alert) => alert.id !== id),
    act: (id, action, body) => ask('POST', alertPath(id, action), { body, token: viewer.token }),
    onSeen: (alert) => isOpen(alert) && teller?.seen(alert.id),
  });
  const duty = createDutySwitches(byId('duty'), {
    onChange(duties) {
      viewer = { user: { ...viewer.user, duties } };
      showDirectory();
      connect(); // what one sees of the open alerts has changed
    },
  });
  const areas = createAreasPanel({ onImported: () => void directory?.read() });
  const opener = createAlertOpener({ viewer: () => viewer, put: (alert) => alerts.put(alert), say });
  let panels;
  const signIn = startSignIn({ onIn, onOut, onOther, say });

  function onIn(next) {
    viewer = next;
    directory = createDirectory(viewer, showDirectory);
    void directory.read();
    connect();
  }

  /** Somebody else changed what this account may do. */
  function onOther(next) {
    const wasResponder = isResponder(viewer);
    viewer = next;
    void directory.read();
    showDirectory();
    if (isResponder(viewer) !== wasResponder) connect();
  }

  function connect() {
    live?.close();
    const { token } = viewer;
    const handlers = { onSnapshot, onAlert, onProvisional, onReach, onOtherRights: () => signIn.refresh(), onState };
    handlers.onConnected = () => alerts.doubtProvisional();
    if (isResponder(viewer)) handlers.onPresence = onPresence;
    live = connectLive({ credentials: token ? { token } : {}, ...handlers });
    // The key is no person whom an alert could reach.
    teller = viewer.user && createReachTeller(live.send);
  }

  function onOut() {
    live?.close();
    viewer = {};
    directory = undefined;
    teller = undefined;
    alerts.clear();
    showDirectory();
    showPresence();
    showState('off');
  }

  function onState(name) {
    if (name === 'live') alerts.dropDoubted();
    if (name !== 'refused') return showState(name);
    signIn.leave(
      viewer.token ? 'The server does not accept this key.' : 'You are not signed in any more. Sign in again.',
    );
    showState('refused');
  }

  /** Says so as long as alerts are shown that the record has not: live is what comes, and nobody is called. */
  function showState(name = state) {
    state = name;
    const isAway = alerts.hasProvisional();
    byId('record-away').hidden = !isAway;
    setPill(byId('connection'), ...STATES[isAway && state === 'live' ? 'away' : state]);
  }

  function onSnapshot(open, isFurtherPart) {
    if (isFurtherPart) for (const alert of open) alerts.put(alert);
    else alerts.replace(open);
    showState();
    for (const alert of open) if (isOpen(alert)) teller?.received(alert.id);
    say(alerts.size === 0 ? 'No open alerts.' : '');
    opener.find();
  }

  function onAlert({ type, alert, gone }) {
    const isNew = !alerts.has(alert.id);
    if (gone) {
      alerts.remove(alert.id);
      showState();
      return say(alerts.size === 0 ? 'No open alerts.' : '');
    }
    alerts.put(alert);
    alerts.dropOldClosed();
    showState();
    if (isOpen(alert)) teller?.received(alert.id);
    say('');
    if (type === 'alert.duress') announce('Duress', alert);
    else if (isNew && isOpen(alert)) announce('New alert', alert);
  }

  /** Taken while the database is away. What the log has told of stays as it is. */
  function onProvisional({ alert, became }) {
    const known = alerts.get(alert.id);
    if (known && !known.provisional) return;
    if (became !== undefined) alerts.remove(alert.id);
    else alerts.put(alert);
    showState();
    if (became !== undefined) return;
    say('');
    if (!known) announce('New alert', alert);
  }

  function onPresence(counts) {
    showPresence(counts);
    duty.count(counts.areas);
    teller?.resume();
  }

  function onReach({ id, counts }) {
    alerts.setReach(id, counts);
  }

  function showDirectory() {
    duty.show(viewer, directory?.areas ?? []);
    areas.show(viewer, directory);
    void showPanels();
    alerts.refresh();
  }

  /** Whoever calls for help does not wait for what only those who are signed in need. */
  async function showPanels() {
    if (!panels && !viewer.user && !viewer.token) return;
    try {
      const { createPanels } = await import('./panels.js');
      panels ??= createPanels(byId('panels'));
      panels.show(viewer, directory);
    } catch (error) {
      say(`Not all of the page could be loaded (${error.message}). Load it again.`);
    }
  }
}

function say(text) {
  const note = byId('feed-note');
  note.hidden = !text;
  setText(note, text);
}

function showPresence(counts) {
  const note = byId('presence');
  note.hidden = !counts;
  if (counts)
    setText(note, `Connected now: ${counts.responders} at this list, ${counts.reporters} who called for help.`);
}

function announce(what, alert) {
  const { reference, kind, severity } = alert;
  const mark = alert.drill ? 'Drill. ' : alert.test ? 'Test. ' : '';
  setText(byId('feed-announcer'), `${mark}${what} ${reference}: ${kind}, ${severity}.`);
}
