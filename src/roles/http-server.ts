import { randomUUID } from 'node:crypto';
import { RequestMethod } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import { admitLargeBodies } from '../auth/large-body.js';
import { RequestCaller } from '../auth/request-caller.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { toProblem } from '../errors/problem.js';
import { ProblemFilter } from '../errors/problem.filter.js';
import { Draining } from '../health/draining.js';
import { createRequestLogger } from '../observability/logger.js';
import { BODY_LIMIT, registerBodyParsers } from './body-parsers.js';
import { declineUpgrades } from './declined-upgrades.js';
import { DrainingAdapter } from './draining-adapter.js';
import { noticeUntrustedProxy } from './proxy-notice.js';

/** Where alone another protocol is spoken. */
const SOCKET_PATH = '/socket.io/';
/** A request that takes longer to arrive is cut: a slow sender must not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 15_000;
/** How often Node looks for such requests. */
const CHECK_SLOW_MS = 2_000;
const REQUEST_ID = /^[\w.:-]{1,100}$/;
/** What we answer is data that no browser shall run, frame or guess at; pages bring their own policy. */
const DATA_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** What people and probes open stands at the top; everything else is the API. */
const UNPREFIXED = [
  'health',
  'health/*path',
  'metrics',
  '/',
  'assets/*path',
  'service-worker.js',
  'robots.txt',
  'docs',
  'docs/*path',
  'admin/queues',
  'admin/queues/*path',
] as const;

/** The Fastify server under Nest: proxies, limits, request ids and one log line a request. */
export function createHttpAdapter({ env }: Config, logger: Logger): DrainingAdapter {
  return new DrainingAdapter({
    loggerInstance: logger.child({ context: 'Http' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Nothing logs through a request; a logger for each costs more than the line that we write.
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    bodyLimit: BODY_LIMIT,
    return503OnClosing: false, // what was accepted is answered
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Node gives the longer of the two limits to the whole request, whichever it is; its own for headers is 60 s.
    http: { headersTimeout: REQUEST_TIMEOUT_MS, connectionsCheckingInterval: CHECK_SLOW_MS },
    trustProxy: env.NABOOM_TRUSTED_PROXIES.length > 0 ? env.NABOOM_TRUSTED_PROXIES : false,
    frameworkErrors: answerBadAddress,
    genReqId: (request: { headers: Record<string, unknown> }) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  }).drainFor(env.NABOOM_ROLE === 'worker' ? 0 : env.NABOOM_DRAIN_SECONDS * 1000);
}

/** Everything around the routes: headers, body parsers, origins, errors, versioned prefix. */
export function configureHttp(app: NestFastifyApplication, { env }: Config, logger: Logger): void {
  const adapter = app.getHttpAdapter() as unknown as DrainingAdapter;
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  adapter.onDrain(() => app.get(Draining, { strict: false }).begin());
  registerBodyParsers(fastify);
  admitLargeBodies(fastify, () => app.get(RequestCaller, { strict: false }));
  addHeaders(fastify);
  noticeUntrustedProxy(fastify, logger);
  logRequests(fastify, logger);
  declineUpgrades(fastify.server, SOCKET_PATH);
  if (env.NABOOM_ALLOWED_ORIGINS.length > 0) {
    app.enableCors({
      origin: env.NABOOM_ALLOWED_ORIGINS,
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'x-request-id'],
      exposedHeaders: ['location', 'retry-after', 'ratelimit', 'ratelimit-policy', 'x-request-id'],
      maxAge: 600,
    });
  }
  app.useGlobalFilters(new ProblemFilter());
  app.setGlobalPrefix('api/v1', {
    exclude: UNPREFIXED.map((path) => ({ path, method: RequestMethod.ALL })),
  });
}

/** A path that Fastify cannot read (`%zz`, endless): there is nothing at it. Neither hooks nor filters see it. */
function answerBadAddress(_error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  void reply
    .status(404)
    .headers({ ...DATA_HEADERS, 'x-request-id': request.id })
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(toProblem(new AppError('ROUTE_NOT_FOUND'), request.id)));
}

function addHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.headers(DATA_HEADERS).header('x-request-id', request.id);
    done();
  });
}

function logRequests(fastify: FastifyInstance, logger: Logger): void {
  const requests = createRequestLogger(logger);
  fastify.addHook('onResponse', (request, reply, done) => {
    const { id: reqId, method, url } = request;
    const level = /^\/(health|metrics|assets)/.test(url) ? 'debug' : 'info';
    const path = loggedPath(url, request.routeOptions.url);
    requests[level]({ reqId, method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) });
    done();
  });
}

/** What an address has a secret in: gateways are told theirs as a part of it, receipts are a token. */
const SECRET_PATHS = ['/inbound', '/notifications/receipts'];

/** Without the query; of an address that holds a secret the route alone. */
export function loggedPath(url: string, route: string | undefined): string {
  const [path = ''] = url.split('?', 1);
  if (route && SECRET_PATHS.some((each) => route.includes(`${each}/`))) return route;
  for (const each of SECRET_PATHS) {
    const at = path.toLowerCase().indexOf(each);
    if (at !== -1) return `${path.slice(0, at)}${each}/[redacted]`;
  }
  return path;
}
