import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../errors/app-error.js';
import { readId } from '../errors/read-id.js';
import type { CallerIdentity } from './caller-identity.js';
import type { Caller } from './caller.js';
import { bearerToken } from './operator-key.js';
import type { OriginPolicy } from './origin-policy.js';
import { mayManage, requireMay, type DirectoryAction } from './policy.js';
import { tokenOfCookies } from './session-cookie.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What of an HTTP request tells who asks; Fastify's request has it. */
export interface AskingRequest {
  readonly method: string;
  readonly protocol: string;
  readonly headers: IncomingHttpHeaders;
}

/** Somebody who may do what they ask for in an organisation. */
export interface Manager {
  readonly caller: Caller;
  readonly organisationId: string;
}

/** Tells who asks, by `Authorization: Bearer`, or by the cookie of a page of ours. */
export class RequestCaller {
  constructor(
    private readonly identity: CallerIdentity,
    private readonly origins: OriginPolicy,
  ) {}

  /** @throws AppError CSRF_REFUSED for a cookie that a foreign page made travel; DATABASE_UNAVAILABLE */
  async callerOf(request: AskingRequest): Promise<Caller> {
    return this.identity.identify(this.tokenOf(request));
  }

  /**
   * Who asks to do this in an organisation, and its id as it is stored. Who may not is not told which ones there are.
   * @throws AppError UNAUTHENTICATED, FORBIDDEN, NOT_FOUND; those of {@link callerOf}
   */
  async managerOf(request: AskingRequest, action: DirectoryAction, id: string): Promise<Manager> {
    const caller = await this.callerOf(request);
    requireMay(caller, mayManage(caller, action, id.toLowerCase()));
    return { caller, organisationId: readId(id) };
  }

  /**
   * As {@link callerOf} for a panic, which is never refused: a cookie from elsewhere, or what cannot be known in time,
   * makes it anonymous with `rejected`.
   * @param token where the request holds one elsewhere, such as in a form
   */
  async callerOfPanic(request: AskingRequest, token?: string): Promise<Caller> {
    const bearer = bearerToken(request.headers.authorization) ?? token;
    const cookie = bearer === undefined ? cookieTokenOf(request) : undefined;
    if (cookie !== undefined && !this.#isOwnPage(request)) return { kind: 'anonymous', rejected: true };
    return this.identity.identifyForPanic(bearer ?? cookie);
  }

  /**
   * Who opens a socket, by the token of the handshake's `auth`, else by the cookie. The gate has checked the origin.
   * @throws AppError DATABASE_UNAVAILABLE
   */
  async callerOfHandshake(headers: IncomingHttpHeaders, token: string | undefined): Promise<Caller> {
    const secure = headers.origin?.startsWith('https:') ?? false;
    return this.identity.identify(token ?? tokenOfCookies(headers.cookie, { secure }));
  }

  /** The token of a request. @throws AppError CSRF_REFUSED */
  tokenOf(request: AskingRequest): string | undefined {
    const bearer = bearerToken(request.headers.authorization);
    if (bearer !== undefined) return bearer;
    const cookie = cookieTokenOf(request);
    if (cookie !== undefined && !SAFE_METHODS.has(request.method) && !this.#isOwnPage(request)) {
      throw new AppError('CSRF_REFUSED');
    }
    return cookie;
  }

  /** True when a page of ours, or of a listed origin, sent it. */
  isFromPage({ headers }: Pick<AskingRequest, 'headers'>): boolean {
    return headers.origin !== undefined && this.origins.allows(headers.origin, headers.host);
  }

  /** Browsers say one or the other; what says neither proves nothing. */
  #isOwnPage(request: AskingRequest): boolean {
    if (request.headers.origin !== undefined) return this.isFromPage(request);
    return request.headers['sec-fetch-site'] === 'same-origin';
  }
}

/** The session token in the cookie of a request. */
export function cookieTokenOf({ headers, protocol }: AskingRequest): string | undefined {
  return tokenOfCookies(headers.cookie, { secure: protocol === 'https' });
}
