/** The oldest Postgres that its project still mends. */
export const OLDEST_POSTGRES = 14;
/** `[major, minor]`: the first 20 that loads ES modules by require(). */
export const OLDEST_NODE = [20, 19] as const;
