import type { Channel, ContactKeys } from '../alerts/channel.js';

/** A way to reach somebody, normalised. */
export interface NewContact {
  readonly channel: Channel;
  readonly address: string;
  readonly keys?: ContactKeys;
  readonly label?: string;
}

/** A way to reach a person, as they see it. */
export interface Contact {
  readonly id: string;
  readonly channel: Channel;
  /** Of a push subscription the origin alone: whoever knows the rest may send to it. */
  readonly address: string;
  readonly label: string | null;
  /** From 0; what stands first is tried first. */
  readonly position: number;
  readonly verified: boolean;
  readonly createdAt: string;
}

/** A contact that was just added. */
export interface NewlyAdded extends Contact {
  /** Of a webhook: what messages to it are signed with. Told this once. */
  readonly secret?: string;
}

/** A row of `contacts`, as far as its owner gets to see it. */
export interface ContactRow {
  readonly id: string;
  readonly channel: Channel;
  readonly address: string;
  readonly label: string | null;
  readonly position: number;
  readonly verified_at: Date | null;
  readonly created_at: Date;
}

export function contactOf(row: ContactRow): Contact {
  const { id, channel, address, label, position, verified_at: verifiedAt, created_at: createdAt } = row;
  return {
    id,
    channel,
    address: channel === 'push' ? new URL(address).origin : address,
    label,
    position,
    verified: verifiedAt !== null,
    createdAt: createdAt.toISOString(),
  };
}
