import { z } from 'zod';
import type { OperationGroup } from '../api-docs/operation.js';
import { positionSchema } from './positions.js';

/** The routes of positions. */
export const POSITION_OPERATIONS: OperationGroup = {
  name: 'Positions',
  about: 'Where responders are right now. Nothing of it is kept for longer than a minute.',
  operations: [
    {
      id: 'listPositions',
      method: 'GET',
      path: '/api/v1/organisations/:id/positions',
      summary: 'Where the responders of an organisation are',
      about: 'Those who told it within the last minute, by the socket event `position`.',
      who: ['session', 'operator'],
      whom: 'its dispatchers',
      params: { id: 'The `id` of the organisation' },
      answers: {
        200: {
          about: 'All of them.',
          json: z.object({ items: z.array(positionSchema.meta({ id: 'Position' })) }).meta({ id: 'Positions' }),
        },
      },
      errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE', 'REDIS_UNREACHABLE', 'REDIS_TIMEOUT'],
      examples: [{ name: 'All', bearer: '{{operatorKey}}', params: { id: '{{createOrganisation.id}}' }, status: 200 }],
    },
  ],
};
