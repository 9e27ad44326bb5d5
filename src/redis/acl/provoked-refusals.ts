/**
 * What a verification sends as the administrator around each refusal that it provokes: a command without effect, that
 * nobody else may send. Its count tells health that these refusals are no news.
 */
export const ANNOUNCEMENT = ['ACL', 'GENPASS'] as const;

/**
 * A write that nothing else in this system uses: health tries it as monitoring_user each time, and its refusals can be
 * told apart from real ones.
 */
export const PROBED_COMMAND = 'psetex';
