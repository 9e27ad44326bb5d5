import { element, timeOf } from './dom.js';
import { seesAbout } from './viewer.js';

const SOURCES = { app: 'by app', sms: 'by SMS', ussd: 'by USSD', device: 'by a device', partner: 'by a partner' };
const ACTORS = {
  operator: 'an operator',
  dispatcher: 'a dispatcher',
  responder: 'a responder',
  reporter: 'the reporter',
  machine: 'a program',
  system: 'the system',
};
const RESPONSES = { en_route: 'is coming', on_scene: 'is there', stood_down: 'stood down' };
const OUTCOMES = { real: 'it was real', false_alarm: 'a false alarm', test: 'only a test' };

/** What must not be overlooked, as words with a colour. */
export function badgesOf(alert, viewer) {
  const badge = (state, textContent) => element('span', { className: 'badge', dataset: { state }, textContent });
  return [
    ...(alert.drill ? [badge('warn', 'DRILL')] : []),
    ...(alert.duress ? [badge('alarm', 'Duress')] : []),
    ...(alert.provisional ? [badge('warn', 'Not in the record yet')] : []),
    ...(alert.verified === false ? [badge('warn', 'Not verified')] : []),
    ...(seesAbout(viewer, alert) ? [badge('off', 'About here')] : []),
  ];
}

/** That nobody needs help, behind the name of an alert. */
export function testWord({ drill, test }) {
  if (drill) return ' (DRILL)';
  return test ? ' (test)' : '';
}

/** When, where and how it came, as texts and elements. */
export function factsOf(alert, { viewer, areaNames }) {
  const areas = areaNames(alert.areas ?? []);
  const acknowledged = alert.acknowledgedAt; // of an own alert, whose reporter is not told by whom
  return [
    'Raised ',
    timeOf(alert.openedAt),
    ...(SOURCES[alert.source] ? [` ${SOURCES[alert.source]}`] : []),
    ...(alert.repeatCount > 0 ? [`, pressed ${alert.repeatCount + 1} times`] : []),
    ...(acknowledged ? [', acknowledged ', timeOf(acknowledged)] : []),
    ...(seesAbout(viewer(), alert) ? aboutHere(alert.location) : locationOf(alert.location)),
    ...(isElsewhere(alert) ? [' The reporter told another place', ...locationOf(alert.own.location)] : []),
    ...(areas.length > 0 ? [` Area: ${areas.join(', ')}.`] : []),
  ];
}

/** Who acknowledged, who is coming and when, how it ended: items of a list. */
export function peopleOf(alert, { nameOf }) {
  const item = (...children) => element('li', {}, ...children);
  const { acknowledgements = [], responses = [], closing, coming = 0, onScene = 0 } = alert;
  const duress = 'The reporter was forced to cancel. Their screen says that it is over: do not give them away.';
  return [
    ...(alert.duress ? [item(element('strong', { textContent: duress }))] : []),
    ...(acknowledgements.length > 0 ? [item('Acknowledged by ', ...acknowledgements.flatMap(acknowledgedBy))] : []),
    ...responses.map((response) => item(...responseOf(response))),
    ...(coming || onScene ? [item(`${coming} coming, ${onScene} there`)] : []),
    ...(closing ? [item(...closingOf(alert, nameOf))] : []),
  ];
}

export function contactOf(contact) {
  const { name, phone } = contact ?? {};
  const call = phone ? [element('a', { href: `tel:${phone}`, textContent: phone })] : [];
  return name ? ['Reported by ', name, ...(phone ? [', ', ...call] : [])] : call;
}

function whoIs({ name, kind }) {
  return name ?? ACTORS[kind] ?? 'somebody';
}

function acknowledgedBy({ by, at, note }, index, all) {
  const first = index === 0 && all.length > 1 ? 'first, ' : '';
  return [...(index > 0 ? [', '] : []), `${whoIs(by)} (${first}`, timeOf(at), note ? `: ${note})` : ')'];
}

function responseOf({ by, status, at, etaAt, note }) {
  const expected = status === 'en_route' && etaAt ? [', there about ', timeOf(etaAt)] : [', since ', timeOf(at)];
  return [`${whoIs(by)} ${RESPONSES[status] ?? status}`, ...expected, note ? `: ${note}` : ''];
}

function closingOf({ status, closing }, nameOf) {
  const { by, at, outcome, duplicateOf, reason } = closing;
  const same = outcome === 'duplicate' && `the same as ${nameOf(duplicateOf) ?? 'another alert'}`;
  const why = [same || OUTCOMES[outcome], reason].filter(Boolean).join('; ');
  return [
    `${status === 'cancelled' ? 'Cancelled' : 'Resolved'} by ${whoIs(by)} (`,
    timeOf(at),
    why ? `): ${why}` : ')',
  ];
}

/** Somebody else who knows the phone number may have told another place than the reporter did. */
function isElsewhere({ location, own }) {
  return Boolean(own?.location) && JSON.stringify(own.location) !== JSON.stringify(location);
}

function aboutHere(location) {
  if (!location || typeof location === 'string') return ['. The place is told to those on duty there.'];
  return ['. About here: ', mapLink(location, 2, 13), '.'];
}

function locationOf(location) {
  if (!location) return ['. No location.'];
  if (typeof location === 'string') return [`. ${location}.`];
  const { accuracyM } = location;
  return ['. At ', mapLink(location, 5, 17), accuracyM ? ` (within ${Math.round(accuracyM)} m).` : '.'];
}

function mapLink({ lat, lng }, decimals, zoom) {
  const textContent = `${lat.toFixed(decimals)}, ${lng.toFixed(decimals)}`;
  const href = `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lng}#map=${zoom}/${lat}/${lng}`;
  return element('a', { href, textContent, target: '_blank', rel: 'noopener noreferrer' });
}
