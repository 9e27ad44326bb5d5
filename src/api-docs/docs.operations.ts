import { z } from 'zod';
import type { OperationGroup } from './operation.js';

const KNOWN = { about: 'The one that you have is the newest.' };

/** The routes of the API's own description. */
export const DOCS_OPERATIONS: OperationGroup = {
  name: 'Docs',
  about: 'This description, made from the schemas that validate.',
  operations: [
    {
      id: 'openDocs',
      method: 'GET',
      path: '/docs',
      summary: 'The description as a page',
      who: ['anyone'],
      answers: { 200: { about: 'The page.', types: ['text/html'] }, 304: KNOWN },
      errors: [],
      examples: [{ name: 'As a browser asks', status: 200 }],
    },
    {
      id: 'readOpenApi',
      method: 'GET',
      path: '/docs/openapi.json',
      summary: 'The HTTP API as OpenAPI 3.1',
      who: ['anyone'],
      answers: {
        200: { about: 'The document.', json: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }) },
        304: KNOWN,
      },
      errors: [],
      examples: [{ name: 'For a generator of clients', status: 200 }],
    },
    {
      id: 'readAsyncApi',
      method: 'GET',
      path: '/docs/asyncapi.json',
      summary: 'The socket events as AsyncAPI 3.0',
      who: ['anyone'],
      answers: {
        200: { about: 'The document.', json: z.looseObject({ asyncapi: z.string(), channels: z.looseObject({}) }) },
        304: KNOWN,
      },
      errors: [],
      examples: [{ name: 'For a generator of clients', status: 200 }],
    },
  ],
};
