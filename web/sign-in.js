import { ask } from './api.js';
import { byId, setText } from './dom.js';
import { createInvitations } from './invitations.js';
import { keep, readKept } from './kept.js';
import { forgetKey, keepKey, keptKey } from './operator.js';
import { createRetryPause } from './retry-pause.js';

/**
 * Noted when an account signs in here: the cookie itself cannot be seen from a page, and whoever calls for help on a
 * strange phone should not wait for questions about accounts.
 */
const SIGNED_IN = 'naboom.signedIn';

/**
 * How somebody comes to the list: with an account, whose session is a cookie, or with the operator key.
 * `onIn` gets the viewer, `{ user }` or `{ token }`, `onOther` the same one with other rights; `onOut` is called when
 * they leave.
 */
export function startSignIn({ onIn, onOut, onOther, say }) {
  let viewer;
  const invitations = createInvitations({ onAnswered: () => void refresh() });

  function enter(next) {
    viewer = next;
    keep(SIGNED_IN, next.user ? true : undefined);
    if (next.token) keepKey(next.token);
    say('');
    showViewer();
    onIn(viewer);
  }

  function leave(text = '') {
    viewer = undefined;
    forgetKey();
    keep(SIGNED_IN, undefined);
    showViewer();
    say(text);
    onOut();
  }

  async function signIn(login, password) {
    const { answer, problem } = await ask('POST', '/auth/login', { body: { login, password } });
    if (answer) enter({ user: answer.user });
    return problem;
  }

  async function register({ name, login, password }) {
    const { problem } = await ask('POST', '/auth/register', { body: { name, login, password } });
    if (problem) return problem;
    // The server does not tell whether there was such an account before; the password does.
    return (await signIn(login, password)) && 'Made. If you had an account before, sign in with its password.';
  }

  async function signOut() {
    if (viewer?.user) {
      const { problem, status } = await ask('POST', '/auth/logout');
      if (problem && status !== 401) return say(`You are still signed in. ${problem}`);
    }
    leave();
  }

  /** Goes on as whom this browser was signed in. */
  async function resume() {
    const pause = createRetryPause();
    while (!viewer) {
      const { answer, problem, status } = await ask('GET', '/auth/me');
      if (viewer) return;
      if (answer) return enter({ user: answer.user });
      if (status === 401) return leave();
      say(problem);
      await pause.wait();
    }
  }

  /** Reads anew what the account is and may. */
  async function refresh() {
    if (!viewer?.user) return;
    const { answer } = await ask('GET', '/auth/me');
    if (!answer || viewer?.user?.id !== answer.user.id) return;
    viewer = { user: answer.user };
    showViewer();
    onOther(viewer);
  }

  function showViewer() {
    show(viewer);
    invitations.show(viewer);
  }

  onSubmit(byId('sign-in'), ({ login, password }) => signIn(login.trim(), password));
  onSubmit(byId('register'), ({ name, login, password }) => register({ name, login: login.trim(), password }));
  onSubmit(byId('key-sign-in'), ({ key }) => key.trim() && enter({ token: key.trim() }));
  byId('sign-out').addEventListener('click', () => void signOut());

  showViewer();
  const token = keptKey();
  if (token) enter({ token });
  else if (readKept(SIGNED_IN)) void resume();
  return { leave, refresh: () => void refresh() };
}

/** Hands the fields over, and shows the problem that comes back; passwords do not stay in the page. */
function onSubmit(form, submit) {
  const problem = form.querySelector('[role=alert]');
  const button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    setText(problem, '');
    const why = await submit(Object.fromEntries(new FormData(form)));
    button.disabled = false;
    if (typeof why === 'string') setText(problem, why);
    else form.reset();
  });
}

function show(viewer) {
  byId('signed-out').hidden = Boolean(viewer);
  byId('signed-in').hidden = !viewer;
  if (!viewer) return;
  const { user } = viewer;
  setText(byId('who'), user ? `Signed in as ${user.name}${rolesOf(user)}.` : 'Connected with the operator key.');
  setText(byId('sign-out'), user ? 'Sign out' : 'Disconnect and forget the key');
}

function rolesOf({ operator, memberships }) {
  const roles = memberships.map(({ role, organisation }) => `${role} of ${organisation}`);
  const all = [...(operator ? ['operator'] : []), ...roles];
  return all.length > 0 ? `, ${all.join(', ')}` : '';
}
