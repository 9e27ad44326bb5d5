import { ask } from './api.js';
import { byId, element, setText } from './dom.js';

/**
 * Asks somebody who is signed in whether they join the organisations that invite them. `onAnswered` is called after each
 * answer: what the account is may have changed.
 */
export function createInvitations({ onAnswered }) {
  const list = element('ul', { className: 'people' });
  const problem = element('p', { className: 'problem', role: 'alert' });
  byId('invitations').append(list, problem);

  function item({ organisationId, organisation, role, invitedBy }) {
    const who = invitedBy ? `${organisation} (${invitedBy})` : organisation;
    const path = `/auth/invitations/${encodeURIComponent(organisationId)}`;
    const buttons = [
      element('button', { type: 'button', className: 'plain', textContent: 'Accept' }),
      element('button', { type: 'button', className: 'plain', textContent: 'Decline' }),
    ];
    const requests = [
      ['POST', `${path}/accept`],
      ['DELETE', path],
    ];
    buttons.forEach((button, at) => button.addEventListener('click', () => void answer(requests[at], buttons)));
    return element('li', {}, element('p', { textContent: `${who} asks you to be a ${role}.` }), ...buttons);
  }

  async function answer([method, path], buttons) {
    for (const button of buttons) button.disabled = true;
    setText(problem, '');
    const { problem: why, status } = await ask(method, path);
    for (const button of buttons) button.disabled = false;
    // One that is gone was answered elsewhere.
    if (why && status !== 404) return setText(problem, why);
    onAnswered();
  }

  let shown = '';
  return {
    show(viewer) {
      const invitations = viewer?.user?.invitations ?? [];
      byId('invitations').hidden = invitations.length === 0;
      const next = JSON.stringify(invitations);
      if (next === shown) return; // buttons keep the focus
      shown = next;
      setText(problem, '');
      list.replaceChildren(...invitations.map(item));
    },
  };
}
