/** Sharded pub/sub and closed-by-default channels came with Redis 7.0. */
export const OLDEST_REDIS = 7;
/** The oldest Postgres that its project still mends. */
export const OLDEST_POSTGRES = 14;
/** `[major, minor]`: the first 20 that loads ES modules by require(). */
export const OLDEST_NODE = [20, 19] as const;
