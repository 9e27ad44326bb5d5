import type { OperationGroup } from '../api-docs/operation.js';

/** The route of the figures. */
export const METRICS_OPERATIONS: OperationGroup = {
  name: 'Metrics',
  about: 'Figures for Prometheus. On the port of a worker they are told without a login.',
  operations: [
    {
      id: 'readMetrics',
      method: 'GET',
      path: '/metrics',
      summary: 'The figures of this process',
      about: 'In the text format of Prometheus; what they are stands in `docs/operations.md`.',
      who: ['session', 'operator'],
      whom: 'operators',
      answers: { 200: { about: 'All that can be read now.', types: ['text/plain'] } },
      errors: ['DATABASE_UNAVAILABLE'],
      examples: [
        { name: 'As Prometheus asks', bearer: '{{operatorKey}}', status: 200 },
        { name: 'Without a login', status: 401, code: 'UNAUTHENTICATED' },
      ],
    },
  ],
};
