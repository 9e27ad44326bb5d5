import { ask } from './api.js';
import { element, setText } from './dom.js';
import { button, createPanel, doing, form, labelled, problemLine } from './fields.js';
import { createPolicyStep } from './policy-step.js';

const NEW_STEP = { targets: [{ kind: 'role', role: 'dispatcher' }], delaySeconds: 120 };
const MAX_STEPS = 10;

/** How an organisation calls its people. `chosen()` gives `{ organisation, members, token }`. */
export function createPolicyEditor(chosen) {
  const panel = createPanel('Who is called, and when', () => void read());
  const intro = element('p', { className: 'small' });
  const list = element('div');
  const repeat = numberField(0, 5);
  const unreached = numberField(5, 600);
  const problem = problemLine();
  const state = element('p', { role: 'status' });
  const more = button('Add a step', () => addStep(NEW_STEP));
  const back = button('Back to default', (node) => void toDefault(node));
  const inner = form(
    [
      list,
      more,
      labelled('Go through all steps again, times', repeat),
      labelled('When no device has received it, take the next step after, seconds', unreached),
    ],
    'Save',
    save,
  );
  panel.body.append(intro, inner, back, problem, state);
  inner.addEventListener('input', () => showLength());
  let steps = [];

  const path = () => `/organisations/${encodeURIComponent(chosen().organisation.id)}/escalation`;

  async function read() {
    const { organisation, token } = chosen();
    const { answer, problem: why } = await ask('GET', path(), { token });
    if (organisation.id !== chosen().organisation?.id) return;
    setText(problem, answer ? '' : why);
    setText(state, '');
    inner.hidden = !answer;
    if (answer) show(answer);
  }

  async function save(submit) {
    const { token } = chosen();
    const body = {
      steps: steps.map(({ value }) => value),
      repeat: Number(repeat.value),
      unreachedSeconds: Number(unreached.value),
    };
    const empty = body.steps.findIndex(({ targets }) => targets.length === 0);
    if (empty >= 0) return setText(problem, `Step ${empty + 1} tells nobody: tick whom, or remove the step.`);
    const answer = await doing(submit, problem, () => ask('PUT', path(), { body, token }));
    if (!answer) return setText(state, '');
    setText(state, 'Saved. It counts for alerts from now on.');
    back.hidden = false;
  }

  async function toDefault(pressed) {
    if (!confirm('Go back to the default? What you set here is lost.')) return;
    const { token } = chosen();
    if (!(await doing(pressed, problem, () => ask('DELETE', path(), { token })))) return;
    await read();
    setText(state, 'This is the default again.');
    state.focus?.();
  }

  function show({ policy, isDefault }) {
    repeat.value = policy.repeat;
    unreached.value = policy.unreachedSeconds;
    back.hidden = isDefault;
    steps = [];
    list.replaceChildren();
    for (const step of policy.steps) addStep(step);
    if (isDefault) setText(state, 'This is the default.');
  }

  function addStep(value) {
    const step = createPolicyStep(value, {
      members: chosen().members,
      onMove: (by) => move(step, by),
      onRemove: () => remove(step),
    });
    steps.push(step);
    list.append(step.node);
    place();
  }

  function move(step, by) {
    const at = steps.indexOf(step);
    steps.splice(at, 1);
    steps.splice(at + by, 0, step);
    list.replaceChildren(...steps.map(({ node }) => node));
    place();
    step.focusMove(by);
  }

  function remove(step) {
    steps = steps.filter((each) => each !== step);
    step.node.remove();
    place();
    more.focus();
  }

  function place() {
    steps.forEach((step, at) => step.place(at, steps.length));
    more.disabled = steps.length >= MAX_STEPS;
    showLength();
  }

  function showLength() {
    const once = steps.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0);
    const all = once * (Number(repeat.value) + 1);
    setText(
      intro,
      `Step 1 happens at once. Whoever acknowledges stops it. If nobody does, everything has been tried after ${minutesOf(all)}, and the operators are told.`,
    );
  }

  return panel;
}

function numberField(min, max) {
  const node = element('input', { type: 'number', min, max, required: true });
  node.inputMode = 'numeric';
  return node;
}

function minutesOf(seconds) {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  return [minutes > 0 ? `${minutes} min` : '', rest > 0 || minutes === 0 ? `${rest} s` : ''].filter(Boolean).join(' ');
}
