import type { Channel } from './channel.js';
import type { Severity } from './severity.js';

export const ALERT_STATUSES = ['open', 'acknowledged', 'resolved', 'cancelled'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

export const ALERT_KINDS = ['panic', 'medical', 'fire', 'crime', 'hazard', 'other'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** WGS 84 degrees; accuracy is a radius in metres. */
export interface GeoPoint {
  readonly lat: number;
  readonly lng: number;
  readonly accuracyM?: number;
  /** RFC 3339 UTC. */
  readonly recordedAt?: string;
}

/** A position, or what the reporter wrote. */
export type AlertLocation = GeoPoint | string;

export interface Contact {
  readonly name?: string;
  /** E.164, such as +27821234567. */
  readonly phone?: string;
}

/** By what way a press came. */
export const ALERT_SOURCES = ['web', 'app', 'sms', 'ussd', 'device', 'partner'] as const;
export type AlertSource = (typeof ALERT_SOURCES)[number];

/** Who did it. `id` and `name` are there for people with an account and for machines with a key. */
export interface Actor {
  readonly kind: 'reporter' | 'responder' | 'dispatcher' | 'operator' | 'machine' | 'system';
  readonly id?: string;
  readonly name?: string;
}

/** Who acknowledged, and when (RFC 3339 UTC). The first of an alert's list was the first. */
export interface Acknowledgement {
  readonly by: Actor;
  readonly at: string;
  readonly note?: string;
}

export const RESPONSE_STATUSES = ['en_route', 'on_scene', 'stood_down'] as const;
export type ResponseStatus = (typeof RESPONSE_STATUSES)[number];

/** What one responder does about an alert now. */
export interface Response {
  readonly by: Actor;
  readonly status: ResponseStatus;
  readonly at: string;
  /** When they expect to be there, RFC 3339 UTC. */
  readonly etaAt?: string;
  readonly note?: string;
}

export const OUTCOMES = ['real', 'false_alarm', 'test', 'duplicate'] as const;
export type AlertOutcome = (typeof OUTCOMES)[number];

/** How an alert ended. */
export interface Closing {
  readonly by: Actor;
  readonly at: string;
  readonly outcome?: AlertOutcome;
  /** The alert that this one repeats. */
  readonly duplicateOf?: string;
  readonly reason?: string;
}

/** How far the escalation of an alert has come in one organisation. */
export interface EscalationStand {
  /** Null: with the operators, of an alert that belongs to no organisation. */
  readonly organisationId: string | null;
  /** How many times it went on; the people of level 0 were told when the alert began. */
  readonly level: number;
  readonly at: string;
  /** How many people were told at this level. */
  readonly told: number;
  /** Nobody took notice at any level: the catch-all organisation and the operators have been told. */
  readonly exhausted?: true;
}

/** Where an alert belongs: ids of areas, and of the organisations that answer for it. */
export interface Places {
  readonly areas: readonly string[];
  readonly organisations: readonly string[];
}

/** How far an alert has come, as its reporter sees it. */
export interface Progress {
  readonly status: AlertStatus;
  readonly severity: Severity;
  readonly acknowledgedAt: string | null;
  /** How many responders are on their way, and how many are there. */
  readonly coming: number;
  readonly onScene: number;
  readonly updatedAt: string;
  readonly seq: number;
}

/** The reporter was forced to cancel. */
export interface Duress {
  /** When they said so with their PIN, for the last time. */
  readonly at: string;
  /** What they go on seeing, and whoever forces them: the alert as if it had really been cancelled then. */
  readonly seen: Progress;
}

/** The state of an alert after its last event; exactly the fold of its events. Times are RFC 3339 UTC. */
export interface Alert {
  readonly id: string;
  /** Short name for people, such as NB-7K3F2. */
  readonly reference: string;
  readonly status: AlertStatus;
  readonly severity: Severity;
  readonly kind: AlertKind;
  /** The latest one. */
  readonly location: AlertLocation | null;
  /** Earlier locations, oldest first, at most {@link TRAIL_LENGTH}. */
  readonly trail: readonly AlertLocation[];
  readonly message: string | null;
  readonly contact: Contact | null;
  readonly test: boolean;
  /** Raised to try out who is reached: a test that calls people. */
  readonly drill?: true;
  readonly source: AlertSource;
  /**
   * The lane. False when something speaks against the report, such as a form posted from another web site or a flood
   * from one address: it is stored, listed and shown to dispatchers, but not told to every responder of the area.
   */
  readonly verified: boolean;
  readonly areas: Places['areas'];
  readonly organisations: Places['organisations'];
  /** The account of the reporter, if they were signed in. */
  readonly reporterId: string | null;
  readonly repeatCount: number;
  readonly openedAt: string;
  /** Last press of the reporter; presses within five minutes of it fold. */
  readonly pressedAt: string;
  readonly updatedAt: string;
  readonly seq: number;
  readonly acknowledgements: readonly Acknowledgement[];
  /** One of each responder who is doing something about it, by the time of their first step. */
  readonly responses: readonly Response[];
  /** One of each organisation in which it has gone on because nobody took notice. */
  readonly escalations: readonly EscalationStand[];
  readonly closing: Closing | null;
  /** Set when the reporter was forced to cancel: the alert goes on, and the reporter must not see it. */
  readonly duress: Duress | null;
  /**
   * What the reporter told us with proof of being the reporter. Someone who merely knows the phone number can add
   * to an alert; the two must not read each other's location, and responders see what came from whom.
   */
  readonly own: { readonly location: AlertLocation | null; readonly message: string | null };
}

export const TRAIL_LENGTH = 20;

/** What a press says; absent parts were not said. */
export interface Press {
  readonly severity?: Severity;
  readonly kind?: AlertKind;
  readonly location?: AlertLocation;
  readonly message?: string;
  readonly contact?: Contact;
  readonly test: boolean;
  /** With `test`. */
  readonly drill?: true;
  readonly verified: boolean;
  /** Absent: `web`. */
  readonly source?: AlertSource;
  /** Where it belongs, by its location or else by who presses; absent: nowhere in particular. */
  readonly places?: Places;
  /** Account of a reporter who is signed in. */
  readonly reporterId?: string;
}

/** What is told after the first press. `places` comes with a location that moves the alert, `left` says where from. */
export interface LateFacts extends Pick<Press, 'location' | 'message' | 'contact' | 'places'> {
  readonly left?: Places;
}

/** Why an escalation went on to its next step. */
export const ESCALATION_REASONS = ['unacknowledged', 'unreached', 'unreachable', 'exhausted'] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

/** The next step of an escalation. `exhausted`: it is the last. */
export interface Escalated {
  readonly organisationId: string | null;
  readonly level: number;
  readonly reason: EscalationReason;
  /** Levels that were passed over because nobody could be told there. */
  readonly skipped: readonly number[];
  /** Accounts that are told now. */
  readonly userIds: readonly string[];
  /** By which channels at once; absent: each by their own order. */
  readonly channels?: readonly Channel[];
  /** Where the alert belongs from now on, when others are called in. */
  readonly places?: Places;
  /** What it goes by: when that was set (RFC 3339 UTC), and the level of its first step. Absent: nobody has set it. */
  readonly policy?: { readonly setAt: string; readonly from: number };
}

/** `loggedAt`: when a press came into the log that had waited in Redis, RFC 3339 UTC; nobody could be called before. */
type Late = { readonly loggedAt?: string };

/** What each type of event carries. */
export interface EventDetails {
  /** `reference`: the one that was told before the alert had a `seq`. */
  'alert.raised': Press & Late & { readonly reference?: string };
  /** `severity` is the one after the repeat; `proven` tells whether the presser proved to be the reporter. */
  'alert.repeated': LateFacts & Late & Pick<Press, 'verified'> & { severity: Severity; proven: boolean };
  'alert.updated': LateFacts & { proven: boolean };
  'alert.acknowledged': { readonly note?: string };
  'alert.responded': { readonly status: ResponseStatus; readonly etaAt?: string; readonly note?: string };
  /** Nobody took notice in time: further people are told. */
  'alert.escalated': Escalated;
  'alert.resolved': { readonly outcome?: AlertOutcome; readonly duplicateOf?: string; readonly reason?: string };
  'alert.reopened': { readonly reason?: string };
  'alert.cancelled': { readonly reason?: string };
  /** The reporter cancelled with the duress PIN. To the reporter it is `alert.cancelled`, everywhere. */
  'alert.duress': { readonly reason?: string };
}
export type AlertEventType = keyof EventDetails;

/** Something that happened to an alert; the log gives it its `seq`. */
export type AlertEvent = {
  [T in AlertEventType]: {
    readonly type: T;
    readonly alertId: string;
    readonly at: string;
    readonly actor: Actor;
    readonly details: EventDetails[T];
  };
}[AlertEventType];

/** An event as it stands in the log, with the alert after it. */
export type LogEntry = AlertEvent & { readonly seq: number; readonly alert: Alert };

/** Open in the sense of the product: somebody may still need help. */
export function isOpen(alert: Pick<Alert, 'status'>): boolean {
  return alert.status === 'open' || alert.status === 'acknowledged';
}

/** Whether two actors are the same one; without an account all of a kind are. */
export function isSameActor(a: Actor, b: Actor): boolean {
  return a.id !== undefined || b.id !== undefined ? a.id === b.id : a.kind === b.kind;
}
