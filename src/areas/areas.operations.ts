import { z } from 'zod';
import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { changeAreaSchema, createAreaSchema, listAreasSchema } from './directory.schemas.js';
import { areaSchema, areasSchema, importSchema } from './directory-answer.schemas.js';

const OF_ORGANISATION = '/api/v1/organisations/:id/areas';
const AS_OPERATOR = { bearer: '{{operatorKey}}' } as const;
const AS_DISPATCHER = { bearer: '{{login.token}}', after: ['setMember'] } as const;
const WATCH = { params: { id: '{{createOrganisation.id}}' } } as const;
const ORGANISATION = { id: 'The `id` of the organisation' };
const AREA = { params: { id: '{{createArea.id}}' } } as const;
const ID = { id: 'The `id` of the area' };
const DONE = { 204: { about: 'Done.' } };
const BY_DISPATCHERS = { who: ['session', 'operator'], whom: 'dispatchers of the organisation' } as const;
const CHANGE = ['REQUEST_INVALID', 'GEOMETRY_INVALID', 'NOT_FOUND', 'NAME_TAKEN', 'DATABASE_UNAVAILABLE'] as const;
const FINDING = ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;

const OUTLINE = [
  [28.2, -25.76],
  [28.22, -25.76],
  [28.22, -25.74],
  [28.2, -25.74],
  [28.2, -25.76],
];
const SQUARE = { type: 'Polygon', coordinates: [OUTLINE] };
const KML_TYPE = 'application/vnd.google-earth.kml+xml';
const KML = `<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>Arcadia</name><Polygon><outerBoundaryIs>
<LinearRing><coordinates>${OUTLINE.map((position) => position.join(',')).join(' ')}</coordinates></LinearRing>
</outerBoundaryIs></Polygon></Placemark></kml>`;

const drawing: readonly Operation[] = [
  {
    id: 'listAreas',
    method: 'GET',
    path: OF_ORGANISATION,
    summary: 'List the areas of an organisation',
    who: ['session', 'operator'],
    whom: 'its members',
    params: ORGANISATION,
    query: listAreasSchema,
    answers: { 200: { about: 'All, by name.', json: areasSchema } },
    errors: ['REQUEST_INVALID', ...FINDING],
    examples: [
      { name: 'With their shapes', ...AS_OPERATOR, after: ['createArea'], ...WATCH, status: 200 },
      { name: 'Without', ...AS_DISPATCHER, ...WATCH, query: { geometry: 'false' }, status: 200 },
    ],
  },
  {
    id: 'createArea',
    method: 'POST',
    path: OF_ORGANISATION,
    summary: 'Draw an area',
    ...BY_DISPATCHERS,
    params: ORGANISATION,
    body: { 'application/json': createAreaSchema },
    answers: { 201: { about: 'The area. `Location` says where.', json: areaSchema } },
    errors: CHANGE,
    examples: [
      {
        name: 'A square',
        ...AS_OPERATOR,
        ...WATCH,
        json: { name: 'Sunnyside {{random}}', geometry: SQUARE },
        status: 201,
      },
      {
        name: 'A point is no area',
        ...AS_OPERATOR,
        ...WATCH,
        json: { name: 'Here', geometry: { type: 'Point', coordinates: [28.2, -25.7] } },
        status: 400,
        code: 'GEOMETRY_INVALID',
      },
    ],
  },
  {
    id: 'importAreas',
    method: 'POST',
    path: `${OF_ORGANISATION}/import`,
    summary: 'Take a whole map: GeoJSON or KML',
    about: 'A polygon of a name that is known is the new shape of that area. At most 4 MiB.',
    ...BY_DISPATCHERS,
    params: ORGANISATION,
    body: {
      'application/json': z.looseObject({ type: z.enum(['FeatureCollection', 'Feature']) }).meta({ id: 'GeoJson' }),
      [KML_TYPE]: z.string(),
    },
    answers: { 200: { about: 'What became of each feature.', json: importSchema } },
    errors: ['GEOMETRY_INVALID', 'NOT_FOUND', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
    examples: [
      {
        name: 'GeoJSON',
        ...AS_OPERATOR,
        ...WATCH,
        json: {
          type: 'FeatureCollection',
          features: [
            { type: 'Feature', properties: { name: 'Hatfield' }, geometry: SQUARE },
            { type: 'Feature', properties: { name: 'Gate' }, geometry: { type: 'Point', coordinates: [28.2, -25.7] } },
          ],
        },
        status: 200,
      },
      { name: 'KML', ...AS_OPERATOR, ...WATCH, text: { type: KML_TYPE, content: KML }, status: 200 },
      {
        name: 'Neither',
        ...AS_OPERATOR,
        ...WATCH,
        text: { type: 'text/csv', content: 'a,b' },
        status: 400,
        code: 'GEOMETRY_INVALID',
      },
    ],
  },
  {
    id: 'changeArea',
    method: 'PUT',
    path: '/api/v1/areas/:id',
    summary: 'Rename an area, or draw it anew; what is absent stays',
    ...BY_DISPATCHERS,
    params: ID,
    body: { 'application/json': changeAreaSchema },
    answers: { 200: { about: 'The area after it.', json: areaSchema } },
    errors: CHANGE,
    examples: [{ name: 'A name', ...AS_OPERATOR, ...AREA, json: { name: 'Sunnyside East {{random}}' }, status: 200 }],
  },
  {
    id: 'removeArea',
    method: 'DELETE',
    path: '/api/v1/areas/:id',
    summary: 'Remove an area',
    ...BY_DISPATCHERS,
    params: ID,
    answers: DONE,
    errors: FINDING,
    examples: [{ name: 'An area', ...AS_DISPATCHER, ...AREA, status: 204 }],
  },
];

const duties: readonly Operation[] = [
  {
    id: 'beginDuty',
    method: 'PUT',
    path: '/api/v1/areas/:id/duty',
    summary: 'Go on duty for an area',
    who: ['session'],
    whom: 'responders and dispatchers of the organisation',
    params: ID,
    answers: DONE,
    errors: FINDING,
    examples: [{ name: 'Oneself', ...AS_DISPATCHER, ...AREA, status: 204 }],
  },
  {
    id: 'endDuty',
    method: 'DELETE',
    path: '/api/v1/areas/:id/duty',
    summary: 'Go off duty',
    who: ['session'],
    whom: 'responders and dispatchers of the organisation',
    params: ID,
    answers: DONE,
    errors: FINDING,
    examples: [{ name: 'Oneself', bearer: '{{login.token}}', after: ['setMember', 'beginDuty'], ...AREA, status: 204 }],
  },
  ...(['PUT', 'DELETE'] as const).map(
    (method): Operation => ({
      id: method === 'PUT' ? 'putOnDuty' : 'takeOffDuty',
      method,
      path: '/api/v1/areas/:id/duties/:userId',
      summary: method === 'PUT' ? 'Put somebody on duty for an area' : 'Take somebody off duty',
      ...BY_DISPATCHERS,
      params: { ...ID, userId: 'The `id` of the account' },
      answers: DONE,
      errors: FINDING,
      examples: [
        {
          name: 'A responder',
          ...AS_OPERATOR,
          after: ['setMember'],
          params: { id: '{{createArea.id}}', userId: '{{login.user.id}}' },
          status: 204,
        },
      ],
    }),
  ),
];

/** The routes of areas and duties. */
export const AREA_OPERATIONS: OperationGroup = {
  name: 'Areas',
  about: 'Where alerts belong, and who is on duty there.',
  operations: [...drawing, ...duties],
};
