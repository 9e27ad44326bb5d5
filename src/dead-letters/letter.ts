import type { Channel } from '../alerts/channel.js';
import type { DeliveryKind } from '../notifications/delivery.js';
import { withoutSecrets } from '../queues/without-secrets.js';
import { payloadShape } from '../queues/payload-shape.js';

export const LETTER_KINDS = ['delivery', 'job'] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/** What was given up, or waits, as operators see it: without receivers' tokens, people's addresses and payloads. */
export interface Letter {
  readonly id: string;
  readonly kind: LetterKind;
  /** RFC 3339 UTC; when it was given up; of what waits, when it is due. */
  readonly at: string;
  readonly attempts: number;
  readonly reason: string | null;
  readonly delivery?: {
    readonly of: DeliveryKind;
    readonly channel: Channel;
    /** Origin of a webhook of the deployment, else the id of the contact. */
    readonly receiver: string;
    readonly seq: number | null;
  };
  readonly job?: {
    readonly queue: string;
    readonly name: string;
    /** Fields and types, no values. */
    readonly payload: string;
  };
}

/** One row of either ledger. */
export interface LetterRow {
  readonly kind: LetterKind;
  readonly id: string;
  readonly at: Date;
  readonly attempts: number;
  readonly reason: string | null;
  /** Of a delivery what it tells of, of a job its queue. */
  readonly group: string;
  /** Of a delivery its channel, of a job its name. */
  readonly name: string;
  readonly target: string | null;
  readonly seq: string | null;
  readonly payload: unknown;
}

export function readLetter(row: LetterRow): Letter {
  const { id, kind, attempts } = row;
  const reason = row.reason === null ? null : withoutSecrets(row.reason);
  const letter = { id, kind, at: row.at.toISOString(), attempts, reason };
  if (kind === 'job')
    return { ...letter, job: { queue: row.group, name: row.name, payload: payloadShape(row.payload) } };
  const target = row.target ?? '';
  const delivery = {
    of: row.group as DeliveryKind,
    channel: row.name as Channel,
    receiver: URL.canParse(target) ? new URL(target).origin : target,
    seq: row.seq === null ? null : Number(row.seq),
  };
  return { ...letter, delivery };
}
