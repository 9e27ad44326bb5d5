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

/** Who did it. People with sessions come later as a further kind. */
export interface Actor {
  readonly kind: 'reporter' | 'operator' | 'system';
}

/** Who acknowledged, and when (RFC 3339 UTC). */
export interface Acknowledgement {
  readonly by: Actor;
  readonly at: string;
  readonly note?: string;
}

/** How an alert ended. */
export interface Closing {
  readonly by: Actor;
  readonly at: string;
  readonly reason?: string;
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
  /** False when something speaks against the report, such as a form posted from another web site. */
  readonly verified: boolean;
  readonly repeatCount: number;
  readonly openedAt: string;
  /** Last press of the reporter; presses within five minutes of it fold. */
  readonly pressedAt: string;
  readonly updatedAt: string;
  readonly seq: number;
  readonly acknowledgements: readonly Acknowledgement[];
  readonly closing: Closing | null;
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
  readonly verified: boolean;
}

/** What each type of event carries. */
export interface EventDetails {
  'alert.raised': Press;
  /** `severity` is the one after the repeat; `proven` tells whether the presser proved to be the reporter. */
  'alert.repeated': Pick<Press, 'location' | 'message' | 'contact' | 'verified'> & {
    severity: Severity;
    proven: boolean;
  };
  'alert.updated': Pick<Press, 'location' | 'message' | 'contact'> & { proven: boolean };
  'alert.acknowledged': { readonly note?: string };
  'alert.resolved': { readonly reason?: string };
  'alert.cancelled': { readonly reason?: string };
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
