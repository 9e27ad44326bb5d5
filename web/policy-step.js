import { CHANNELS, channelTitle } from './channels.js';
import { element } from './dom.js';
import { button, labelled, ticks } from './fields.js';

const GROUPS = [
  ['on_duty', 'Those on duty in the area'],
  ['responder', 'All responders'],
  ['dispatcher', 'All dispatchers'],
  ['member', 'All members'],
];
const MAX_DELAY_SECONDS = 3600;

/**
 * One step of a policy: whom, by what, and how long to wait for somebody to take notice. `members` are those who can be
 * told by name; `onMove(by)` and `onRemove` change the order.
 */
export function createPolicyStep({ targets, channels = [], delaySeconds }, { members, onMove, onRemove }) {
  const groups = ticks('Whom?', GROUPS, targets.map(groupOf));
  const people = ticks(
    'Certain people',
    members.map(({ userId, name }) => [userId, name]),
    targets.flatMap(({ userId }) => userId ?? []),
  );
  const more = element('details', {}, element('summary', { textContent: 'Certain people' }), people.node);
  more.hidden = members.length === 0;
  more.open = people.values.length > 0;
  const by = ticks(
    'By what?',
    CHANNELS.map((channel) => [channel, channelTitle(channel)]),
    channels,
  );
  by.node.append(
    element('p', { className: 'small', textContent: 'None ticked: what stands first in each person’s own list.' }),
  );
  const wait = element('input', {
    type: 'number',
    min: 0,
    max: MAX_DELAY_SECONDS,
    required: true,
    value: delaySeconds,
  });
  wait.inputMode = 'numeric';
  const legend = element('legend');
  const [up, down, gone] = [
    button('Earlier', () => onMove(-1)),
    button('Later', () => onMove(1)),
    button('Remove', () => onRemove()),
  ];
  const node = element(
    'fieldset',
    { className: 'step' },
    legend,
    groups.node,
    more,
    by.node,
    labelled('Then wait for somebody to take notice, seconds', wait),
    element('div', { className: 'row' }, up, down, gone),
  );

  return {
    node,
    focusMove(by_) {
      const [wanted, other] = by_ < 0 ? [up, down] : [down, up];
      (wanted.disabled ? other : wanted).focus();
    },
    place(at, count) {
      legend.textContent = `Step ${at + 1}`;
      up.disabled = at === 0;
      down.disabled = at === count - 1;
      gone.disabled = count === 1;
      for (const each of [up, down, gone]) each.setAttribute('aria-label', `${each.textContent}: step ${at + 1}`);
    },
    get delaySeconds() {
      return Number(wait.value);
    },
    get value() {
      const chosen = [...groups.values.map(targetOf), ...people.values.map((userId) => ({ kind: 'person', userId }))];
      return {
        targets: chosen,
        ...(by.values.length > 0 ? { channels: by.values } : {}),
        delaySeconds: Number(wait.value),
      };
    },
  };
}

function groupOf({ kind, role }) {
  return kind === 'role' ? role : kind;
}

function targetOf(group) {
  return group === 'on_duty' ? { kind: 'on_duty' } : { kind: 'role', role: group };
}
