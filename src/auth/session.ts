import type { Person } from './caller.js';

/** Somebody signed in on one device, with what they may do at the time of reading. */
export interface Session {
  readonly id: string;
  readonly person: Person;
  /** They run the deployment. */
  readonly operator: boolean;
  /** RFC 3339; moves on with use. */
  readonly expiresAt: string;
  /** Time of Postgres, ms: what changed later is not in it. */
  readonly readAt: number;
}

/** A session as its owner sees it. */
export interface SessionSummary {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Which sessions of a user: all, one, or all but one. */
export interface WhichSessions {
  readonly userId: string;
  readonly only?: string;
  readonly except?: string;
}
