/** So many points in so many seconds, for each of whoever is counted. */
export interface Limit {
  /** Part of the Redis key, and the policy's name in `RateLimit-Policy`. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/** Where somebody stands after their last step. */
export interface LimitState {
  readonly limit: Limit;
  readonly allowed: boolean;
  readonly remaining: number;
  /** Until all points are there again. */
  readonly resetSeconds: number;
}

/** Signing up, of one address: a phone network puts many people behind one, but few of them sign up in one hour. */
export const REGISTER_LIMIT: Limit = { name: 'register', points: 5, seconds: 600 };
/** Failed logins of one address, whoever is tried. Right ones take no point. */
export const LOGIN_LIMIT: Limit = { name: 'login', points: 10, seconds: 300 };
/** Failed logins of one address at one account. */
export const ACCOUNT_LIMIT: Limit = { name: 'account', points: 5, seconds: 900 };
/**
 * Failed logins at one account from everywhere, against guessing from many addresses. Addresses that the account has
 * signed in from do not count by it and are not held up by it: strangers must not keep its owner out.
 */
export const STRANGERS_LIMIT: Limit = { name: 'strangers', points: 30, seconds: 3600 };
/** Asking a person who is signed in for the password again. */
export const PASSWORD_LIMIT: Limit = { name: 'password', points: 5, seconds: 900 };
/**
 * Invitations of one organisation, to known and unknown logins alike: dispatchers must not flood people, and what is
 * stored stays bounded, since it is deleted after 30 days.
 */
export const INVITE_LIMIT: Limit = { name: 'invite', points: 200, seconds: 86_400 };
/** Codes to the contacts of one account: a text message costs money. */
export const CODE_LIMIT: Limit = { name: 'code', points: 5, seconds: 3600 };
/** Codes to one address, of all accounts together: nobody's phone is to be flooded. */
export const CODED_ADDRESS_LIMIT: Limit = { name: 'code-address', points: 5, seconds: 3600 };
/**
 * Codes that one address asks for, of all its accounts: signing up costs nothing. What is refused by it takes nothing of
 * what the deployment may send.
 */
export const CODE_SOURCE_LIMIT: Limit = { name: 'code-source', points: 10, seconds: 3600 };
/** Codes of the whole deployment: what thirty addresses at once can spend at most. */
export const CODES_LIMIT: Limit = { name: 'codes', points: 300, seconds: 3600 };
/** Test messages to the contacts of one account. */
export const TEST_LIMIT: Limit = { name: 'test', points: 5, seconds: 3600 };
/** Test messages to one address, of all accounts together. */
export const TESTED_ADDRESS_LIMIT: Limit = { name: 'test-address', points: 5, seconds: 3600 };
/** Contacts that one account adds: to look a host name up costs time. */
export const CONTACT_LIMIT: Limit = { name: 'contact', points: 60, seconds: 3600 };
/**
 * Receipts of deliveries of one address, those with a right token alone: a phone network puts many responders behind
 * one, and all of them may be called at once.
 */
export const RECEIPT_LIMIT: Limit = { name: 'receipt', points: 600, seconds: 60 };
