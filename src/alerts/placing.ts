import type { Person } from '../auth/caller.js';
import type { AlertLocation, Places } from './alert.js';

/** Tells where an alert belongs. */
export interface Placing {
  /**
   * By the position, or else by who presses. At once: it stands in the way of every panic.
   * @param person the reporter, if they are signed in
   */
  of(location: AlertLocation | null | undefined, person?: Person): Places;
}

/** Injects the {@link Placing} of this deployment. */
export const PLACING = Symbol('Placing');

/** A deployment without areas: its operators answer every alert. */
export class Nowhere implements Placing {
  of(): Places {
    return { areas: [], organisations: [] };
  }
}
