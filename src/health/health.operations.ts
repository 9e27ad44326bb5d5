import { z } from 'zod';
import type { OperationGroup } from '../api-docs/operation.js';
import { FINDING_KINDS } from '../escalation/audit-record.js';

const overall = z.enum(['healthy', 'degraded', 'unhealthy']);
const isolation = z.enum(['acl', 'shared', 'none']);
const role = z.enum(['api', 'worker', 'all']);
const timestamp = z.iso.datetime();
const userStatus = z.enum(['healthy', 'authentication_failed', 'connection_failed', 'permission_denied', 'error']);
const milliseconds = z.number();

const finding = z.object({
  kind: z.enum(FINDING_KINDS),
  alertId: z.uuid().nullable(),
  organisationId: z.uuid().nullable().optional(),
  level: z.int().optional(),
  expectedLevel: z.int().optional(),
  dueAt: timestamp.optional(),
  deliveries: z.int().optional(),
  rearmed: z.literal(true).optional().describe('It was made due again'),
});

const escalationSchema = z.object({
  status: z.enum(['healthy', 'degraded']),
  lastAuditAt: timestamp.nullable().describe('Null before the first audit'),
  findings: z.int().describe('Escalations and deliveries that should have happened and did not'),
  details: z.array(finding).optional().describe('The first 100, and alerts that nobody answered; for operators'),
});

const overallSchema = z
  .object({
    status: overall.describe('`unhealthy` only when no alert can be durably accepted'),
    redis_status: z.enum(['connected', 'degraded', 'disconnected']),
    database_status: z.string(),
    intake: z.object({
      stored: z.enum(['postgres', 'redis', 'none']).describe('Where an alert would be stored now'),
      redis_would_take: z.boolean().describe('Redis keeps an append-only file, and its user may write'),
      pending: z.int().nullable().describe('Presses that wait in Redis for Postgres; null: Redis cannot be asked'),
      refused: z.int().nullable().describe('What was set aside, because Postgres cannot store it'),
    }),
    escalation: escalationSchema,
    isolation,
    role,
    version: z.string(),
    timestamp,
  })
  .meta({ id: 'Health' });

const liveSchema = z.object({ status: z.literal('ok'), role, version: z.string(), timestamp }).meta({ id: 'Live' });

const checks = z.record(z.string(), z.looseObject({ status: z.string() }));
const readySchema = z
  .object({ status: z.string(), info: checks.optional(), error: checks.optional(), details: checks })
  .meta({ id: 'Ready', description: 'The result of a check of Terminus' });

const redisSchema = z
  .object({
    overall_status: overall,
    isolation,
    redis_acl_health: z.record(z.string(), z.object({ status: userStatus })),
    timestamp,
  })
  .meta({ id: 'RedisHealth' });

const redisDetailsSchema = z
  .object({
    overall_status: overall,
    isolation,
    redis_acl_health: z.record(
      z.string(),
      z.object({
        status: userStatus,
        role: z.string(),
        connected_clients: z.number().optional(),
        used_memory_human: z.string().optional(),
        db_keys: z.number().optional(),
        response_time_ms: milliseconds,
        operations: z.enum(['working', 'failed']),
        error: z.string().optional(),
      }),
    ),
    database: z.object({ status: z.string(), response_time_ms: milliseconds, error: z.string().optional() }),
    acl_denials: z.number().optional().describe('Commands that Redis refused since it started'),
    warnings: z.array(z.string()),
    timestamp,
  })
  .meta({ id: 'RedisHealthDetails', description: 'With figures and reasons, for operators' });

/** The routes of health. */
export const HEALTH_OPERATIONS: OperationGroup = {
  name: 'Health',
  about: 'For probes, people and operators. 503 says the same in the same body.',
  operations: [
    {
      id: 'readHealth',
      method: 'GET',
      path: '/health',
      summary: 'Can an alert be durably accepted?',
      about: 'What the auditor of escalations found in detail is for operators.',
      who: ['anyone', 'operator'],
      answers: {
        200: { about: 'It can.', json: overallSchema },
        503: { about: 'It cannot.', json: overallSchema },
      },
      errors: [],
      examples: [
        { name: 'All in one word', status: 200 },
        { name: 'With what was found', bearer: '{{operatorKey}}', status: 200 },
      ],
    },
    {
      id: 'readLiveness',
      method: 'GET',
      path: '/health/live',
      summary: 'Does the process answer?',
      who: ['anyone'],
      answers: { 200: { about: 'It does; it asked no server.', json: liveSchema } },
      errors: [],
      examples: [{ name: 'As a probe asks', status: 200 }],
    },
    {
      id: 'readReadiness',
      method: 'GET',
      path: '/health/ready',
      summary: 'Can this role do its work?',
      who: ['anyone'],
      answers: {
        200: { about: 'It can.', json: readySchema },
        503: { about: 'It cannot, or it is shutting down.', json: readySchema },
      },
      errors: [],
      examples: [{ name: 'As a probe asks', status: 200 }],
    },
    {
      id: 'readRedisHealth',
      method: 'GET',
      path: '/health/redis',
      summary: 'How is each Redis user?',
      about: 'Statuses for anyone; figures and reasons for operators.',
      who: ['anyone', 'operator'],
      answers: {
        200: { about: 'Alerts can be accepted.', json: z.union([redisSchema, redisDetailsSchema]) },
        503: { about: 'They cannot.', json: z.union([redisSchema, redisDetailsSchema]) },
      },
      errors: [],
      examples: [
        { name: 'Statuses', status: 200 },
        { name: 'Figures and reasons', bearer: '{{operatorKey}}', status: 200 },
      ],
    },
  ],
};
