import { type AclCheck, checked } from './check.js';
import { AclConnectionError } from './connection.js';

/** Takes what failed at a server: throws it, or notes it, so that the others are seen to. */
export type AtFailure = (server: string, error: unknown) => void;

/** For what is done at all servers or at none. */
export const notWithout: AtFailure = (_server, error) => {
  throw error;
};

const APPLY =
  'it takes the old password until "npm run acl -- apply" when it is back, and whoever came in by that stays until --revoke again';
const ACLFILE =
  'it takes the old password, and "apply" cannot sign in there, until it starts again by the aclfile of "npm run acl -- render --out <file>"';

/**
 * For a revocation: notes in `away` each server that it goes on without, once, and what to do there.
 * @param isOfMaster the administrator's own password goes, by which `apply` would have to sign in there
 */
export function goOnWithout(away: AclCheck[], isOfMaster: boolean): AtFailure {
  return (server, error) => {
    if (!(error instanceof AclConnectionError)) throw error;
    if (away.some(({ subject }) => subject === server)) return;
    const remedy = isOfMaster || refusesPassword(error) ? ACLFILE : APPLY;
    away.push(checked(server, 'was reached', [`${error.message}; ${remedy}`]));
  };
}

/** Did a server answer that the password is not good? Any other failure says nothing about the password. */
export function refusesPassword(error: unknown): boolean {
  return error instanceof AclConnectionError && error.failure.code === 'REDIS_WRONGPASS';
}
