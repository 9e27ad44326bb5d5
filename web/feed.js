import { act, forgetKey, keepKey, keptKey } from './operator.js';
import { createAlertList } from './alert-list.js';
import { byId, setPill, setText } from './dom.js';
import { connectLive } from './live.js';

const STATES = {
  connecting: ['warn', 'Connecting'],
  live: ['good', 'Live'],
  doubt: ['warn', 'No sign of life'],
  offline: ['bad', 'Offline, trying again'],
  refused: ['bad', 'Key not accepted'],
  off: ['off', 'Not connected'],
};

/** The responders' part: sign-in by operator key, the live list, and what can be done with an alert. */
export function startFeed() {
  const signIn = byId('sign-in');
  const keyField = byId('operator-key');
  const alerts = createAlertList(byId('alerts'), act);
  let live;

  function connect(token) {
    keepKey(token);
    showSignedIn(true);
    say('');
    live = connectLive({ credentials: { token }, onSnapshot, onAlert, onPresence: showPresence, onState });
  }

  function disconnect(state = 'off') {
    live?.close();
    forgetKey();
    alerts.clear();
    showSignedIn(false);
    showPresence();
    setPill(byId('connection'), ...STATES[state]);
  }

  function onState(name) {
    if (name !== 'refused') return setPill(byId('connection'), ...STATES[name]);
    disconnect('refused');
    say('The server does not accept this key.');
  }

  function onSnapshot(open, isFurtherPart) {
    if (isFurtherPart) for (const alert of open) alerts.put(alert);
    else alerts.replace(open);
    say(alerts.size === 0 ? 'No open alerts.' : '');
  }

  function onAlert({ type, alert }) {
    alerts.put(alert);
    alerts.dropOldClosed();
    say('');
    if (type === 'alert.raised') announce(alert);
  }

  signIn.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = keyField.value.trim();
    keyField.value = '';
    if (token) connect(token);
  });
  byId('sign-out').addEventListener('click', () => {
    disconnect();
    say('');
  });

  const token = keptKey();
  if (token) connect(token);
  else showSignedIn(false);
}

function showSignedIn(signedIn) {
  byId('sign-in').hidden = signedIn;
  byId('sign-out').hidden = !signedIn;
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

function announce({ reference, kind, severity, test }) {
  setText(byId('feed-announcer'), `${test ? 'Test. ' : ''}New alert ${reference}: ${kind}, ${severity}.`);
}
