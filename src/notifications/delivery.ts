/** What became of a delivery: it waits, somebody took it, it was given up, it was not needed any more. */
export const DELIVERY_STATUSES = ['pending', 'delivered', 'dead', 'skipped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What is told to a person. */
export const NOTICE_KINDS = ['alert', 'test', 'code'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** `event`: of the log, to a receiver of the deployment; the others are told to a person. */
export const DELIVERY_KINDS = ['event', ...NOTICE_KINDS] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];
