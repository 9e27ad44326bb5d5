import { ERRORS, type ErrorCode } from '../errors/error-codes.js';
import { errorsOf } from './errors-of.js';
import type { Access, Answer, Example, Operation, OperationGroup } from './operation.js';
import { fillIn, sampleOf } from './placeholders.js';
import { problemSchema } from './problem.schema.js';
import { SchemaBook, type JsonSchema } from './schema-book.js';

const PROBLEM_TYPE = 'application/problem+json';
/** Statuses that say when to try again. */
const WAITS: ReadonlySet<number> = new Set([429, 503]);

const SECURITY_SCHEMES = {
  operatorKey: bearer('The key of whoever runs the deployment (`NABOOM_OPERATOR_KEY`).'),
  session: bearer('The token of a login.'),
  cookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-naboom',
    description: 'The same for our own pages; `naboom` without TLS.',
  },
  apiKey: bearer('The key of a program, of one organisation and for some scopes.'),
  receipt: bearer('The `receiptToken` of a press: shows that one is the reporter of that alert.'),
  gateway: {
    type: 'apiKey',
    in: 'query',
    name: 'secret',
    description: 'The secret of SMS and USSD gateways, here or as the last part of the path; Twilio signs instead.',
  },
} as const;

const REQUIREMENTS: Readonly<Record<Access, readonly object[]>> = {
  anyone: [{}],
  receipt: [{ receipt: [] }],
  session: [{ session: [] }, { cookie: [] }],
  apiKey: [{ apiKey: [] }],
  operator: [{ operatorKey: [] }],
  gateway: [{ gateway: [] }, {}],
};

/** The description of the HTTP API as OpenAPI 3.1. */
export function openApiDocument(groups: readonly OperationGroup[], version: string) {
  const book = new SchemaBook();
  const paths: Record<string, Record<string, object>> = {};
  for (const { name, operations } of groups) {
    for (const operation of operations) {
      const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
      (paths[path] ??= {})[operation.method.toLowerCase()] = { tags: [name], ...describe(operation, book) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Naboom Realtime',
      version,
      summary: 'Emergency alerts: durable, and live to every responder.',
      description:
        'JSON in camelCase, times in RFC 3339 UTC, distances in metres. A panic that can be read is never refused. ' +
        'What happens live comes over Socket.IO: see /docs/asyncapi.json.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: groups.map(({ name, about }) => ({ name, description: about })),
    paths,
    components: { schemas: book.components, securitySchemes: SECURITY_SCHEMES },
  };
}

function describe(operation: Operation, book: SchemaBook) {
  const { id, summary, about, who, whom } = operation;
  const description = [about, whom && `For ${whom}.`].filter(Boolean).join('\n\n');
  const parameters = parametersOf(operation, book);
  return {
    operationId: id,
    summary,
    ...(description ? { description } : {}),
    security: who.flatMap((access) => REQUIREMENTS[access]),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body ? { requestBody: { content: bodyOf(operation, book) } } : {}),
    responses: { ...answersOf(operation, book), ...problemsOf(errorsOf(operation), book) },
  };
}

function parametersOf({ path, params = {}, headers = {}, query, examples }: Operation, book: SchemaBook): object[] {
  const { properties = {}, required = [] } = query ? book.of(query, 'input') : {};
  const example = (name: string) => {
    const value = examples.map((each) => each.query?.[name]).find((each) => each !== undefined);
    return value === undefined ? {} : { example: fillIn(value, sampleOf) };
  };
  return [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      ...(params[name!] ? { description: params[name!] } : {}),
      schema: { type: 'string' },
    })),
    ...Object.entries(properties).map(([name, schema]) => ({
      name,
      in: 'query',
      required: required.includes(name) && schema.default === undefined,
      schema,
      ...example(name),
    })),
    ...Object.entries(headers).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
  ];
}

function bodyOf({ body = {}, examples }: Operation, book: SchemaBook): object {
  const entries = Object.entries(body).map(([type, schema]) => {
    const named = examples.flatMap((example) => {
      const value = bodyOfType(example, type);
      return value === undefined ? [] : [[example.name, { value: fillIn(value, sampleOf) }]];
    });
    const shown = named.length > 0 ? { examples: Object.fromEntries(named) as object } : {};
    return [type, { schema: book.of(schema, 'input'), ...shown }];
  });
  return Object.fromEntries(entries) as object;
}

function bodyOfType({ json, form, text }: Example, type: string): unknown {
  if (type === 'application/json') return json;
  if (type === 'application/x-www-form-urlencoded') return form;
  return text?.type === type ? text.content : undefined;
}

function answersOf({ answers }: Operation, book: SchemaBook): Record<string, object> {
  const entries = Object.entries(answers).map(([status, { about, json, types = [] }]: [string, Answer]) => {
    const content = [
      ...(json ? [['application/json', { schema: book.of(json, 'output') }]] : []),
      ...types.map((type) => [type, { schema: { type: 'string' } }]),
    ];
    const shown = content.length > 0 ? { content: Object.fromEntries(content) as object } : {};
    return [status, { description: about, ...shown }];
  });
  return Object.fromEntries(entries) as Record<string, object>;
}

function problemsOf(codes: readonly ErrorCode[], book: SchemaBook): Record<string, object> {
  const problem = book.of(problemSchema, 'output');
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))];
  const entries = statuses.map((status) => {
    const here = codes.filter((code) => ERRORS[code].status === status);
    return [status, problemResponse(here, problem, WAITS.has(status))];
  });
  return { ...Object.fromEntries(entries), default: problemResponse(['INTERNAL_ERROR'], problem, false) };
}

function problemResponse(codes: readonly ErrorCode[], problem: JsonSchema, waits: boolean): object {
  const retry = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } };
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(' '),
    ...(waits ? { headers: retry } : {}),
    content: {
      [PROBLEM_TYPE]: { schema: { allOf: [problem, { properties: { code: { enum: codes } } }] } },
    },
  };
}

function bearer(description: string) {
  return { type: 'http', scheme: 'bearer', description } as const;
}
