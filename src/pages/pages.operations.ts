import type { OperationGroup } from '../api-docs/operation.js';

/** The routes of the pages. */
export const PAGE_OPERATIONS: OperationGroup = {
  name: 'Pages',
  about: 'What a person opens in a browser. Everything comes from here, nothing from elsewhere.',
  operations: [
    {
      id: 'openPage',
      method: 'GET',
      path: '/',
      summary: 'The panic button and the live feed',
      who: ['anyone'],
      answers: {
        200: { about: 'The page.', types: ['text/html'] },
        304: { about: 'The one that you have is the newest.' },
      },
      errors: [],
      examples: [{ name: 'As a browser asks', headers: { accept: 'text/html' }, status: 200 }],
    },
    {
      id: 'openAsset',
      method: 'GET',
      path: '/assets/:name',
      summary: 'A file of the page',
      who: ['anyone'],
      params: { name: 'Its name, such as `style.css`' },
      answers: {
        200: { about: 'The file.', types: ['text/css', 'text/javascript', 'image/svg+xml', 'text/html'] },
        304: { about: 'The one that you have is the newest.' },
      },
      errors: ['ROUTE_NOT_FOUND'],
      examples: [
        { name: 'The style', params: { name: 'style.css' }, status: 200 },
        { name: 'None of this name', params: { name: 'nothing.js' }, status: 404, code: 'ROUTE_NOT_FOUND' },
      ],
    },
    {
      id: 'openServiceWorker',
      method: 'GET',
      path: '/service-worker.js',
      summary: 'What takes pushed messages in a browser',
      who: ['anyone'],
      answers: {
        200: { about: 'The script.', types: ['text/javascript'] },
        304: { about: 'The one that you have is the newest.' },
      },
      errors: [],
      examples: [{ name: 'As a browser asks', status: 200 }],
    },
    {
      id: 'openQueues',
      method: 'GET',
      path: '/admin/queues',
      summary: 'The queues of the workers, in Bull Board',
      about:
        'What stands below this address belongs to it. `NABOOM_QUEUE_BOARD` says whether queues can be changed there.',
      who: ['operator'],
      answers: { 200: { about: 'The page.', types: ['text/html'] } },
      errors: ['ROUTE_NOT_FOUND', 'REDIS_UNREACHABLE', 'DATABASE_UNAVAILABLE'],
      examples: [{ name: 'With the operator key', bearer: '{{operatorKey}}', status: 200 }],
    },
    {
      id: 'readRobots',
      method: 'GET',
      path: '/robots.txt',
      summary: 'What search engines may read',
      who: ['anyone'],
      answers: { 200: { about: 'The rules.', types: ['text/plain'] } },
      errors: [],
      examples: [{ name: 'As a robot asks', status: 200 }],
    },
  ],
};
