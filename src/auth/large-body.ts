import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayManage, requireMay, type DirectoryAction } from './policy.js';
import type { RequestCaller } from './request-caller.js';

/** What a route says of bodies that are larger than all others may be. */
export interface LargeBodyRoute {
  /** Bytes. */
  readonly bodyLimit: number;
  /** Who may send so much: whoever may do this in some organisation. */
  readonly bodyFrom: DirectoryAction;
  /** `text`: the handler gets the body as it is, whatever it calls itself. */
  readonly bodyAs?: 'text';
}

/** Lets a handler take larger bodies, of callers who may do this alone; the handler itself checks where they may. */
export const LargeBody = (route: LargeBodyRoute): MethodDecorator => RouteConfig(route);

/**
 * Applies {@link LargeBody}; before any route is registered. Who asks is known before the first byte is kept: else
 * anybody could fill the memory with what is refused later.
 * @param callers looked up at the first such request: the modules are not there yet
 */
export function admitLargeBodies(fastify: FastifyInstance, callers: () => RequestCaller): void {
  fastify.addHook('onRoute', (route) => {
    const large = route.config as Partial<LargeBodyRoute> | undefined;
    const { bodyLimit, bodyFrom } = large ?? {};
    if (bodyLimit === undefined || bodyFrom === undefined) return;
    route.bodyLimit = bodyLimit;
    const admit = async (request: FastifyRequest) => {
      const caller = await callers().callerOf(request);
      const memberships = caller.kind === 'person' ? caller.person.memberships : [];
      const organisations = [undefined, ...memberships.map(({ organisationId }) => organisationId)];
      requireMay(
        caller,
        organisations.some((organisation) => mayManage(caller, bodyFrom, organisation)),
      );
    };
    route.onRequest = [route.onRequest ?? [], admit].flat();
  });
}

/** Whether the handler of this request wants the body as it is. */
export function wantsText({ routeOptions }: FastifyRequest): boolean {
  return (routeOptions.config as Partial<LargeBodyRoute>).bodyAs === 'text';
}
