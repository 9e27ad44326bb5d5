import type { RedisConfig } from '../config/redis-config.js';
import { isSamePlace } from '../config/redis-place.js';
import type { Answer } from './answerer.js';
import { denialsText, type HealthReport } from './health-report.service.js';

/** The body of `/health` for anyone. */
export function overallBody(report: HealthReport, { redis, role, version, at }: Answer): object {
  return {
    status: report.overall,
    redis_status: redisStatus(report),
    database_status: report.database.databaseStatus,
    intake: intakeOf(report),
    escalation: escalationOf(report),
    isolation: redis.isolation,
    role,
    version,
    timestamp: at.toISOString(),
  };
}

/** The body of `/health` for operators: with what the auditor found. */
export function overallDetailsBody(report: HealthReport, answer: Answer): object {
  const escalation = { ...escalationOf(report), details: report.escalation.items };
  return { ...overallBody(report, answer), escalation };
}

/** Where an alert would be stored now, and how many presses wait in Redis for Postgres. */
function intakeOf({ database, intake: { takes, counts } }: HealthReport): object {
  const stored = database.databaseStatus === 'connected' ? 'postgres' : takes ? 'redis' : 'none';
  return { stored, redis_would_take: takes, pending: counts?.pending ?? null, refused: counts?.refused ?? null };
}

function escalationOf({ escalation }: HealthReport): object {
  const { escalationStatus: status, lastAuditAt, findings } = escalation;
  return { status, lastAuditAt: lastAuditAt?.toISOString() ?? null, findings };
}

function redisStatus({ users }: HealthReport): 'connected' | 'degraded' | 'disconnected' {
  const healthy = users.filter(({ health }) => health.userStatus === 'healthy').length;
  if (healthy === users.length) return 'connected';
  return healthy === 0 ? 'disconnected' : 'degraded';
}

/** The body of `/health/redis` for anyone: the status of each user, no figure. */
export function redisBody(report: HealthReport, { redis, at }: Answer): object {
  const users = report.users.map(({ indicator, health }) => [indicator.user, { status: health.userStatus }]);
  return {
    overall_status: report.redis,
    isolation: redis.isolation,
    redis_acl_health: Object.fromEntries(users) as object,
    timestamp: at.toISOString(),
  };
}

/** The body of `/health/redis` for operators. */
export function redisDetailsBody(report: HealthReport, { redis, at }: Answer): object {
  const users = report.users.map(({ indicator, health }) => {
    const { userStatus: status, responseTimeMs: response_time_ms, operations, error } = health;
    const { role } = indicator;
    const figures = figuresOf(report, redis, indicator.role);
    return [indicator.user, { status, role, ...figures, response_time_ms, operations, ...(error ? { error } : {}) }];
  });
  const { figures, database, deniedLately } = report;
  return {
    overall_status: report.redis,
    isolation: redis.isolation,
    redis_acl_health: Object.fromEntries(users) as object,
    database: {
      status: database.databaseStatus,
      response_time_ms: database.responseTimeMs,
      ...(database.error ? { error: database.error } : {}),
    },
    ...(figures ? { acl_denials: figures.aclDenials } : {}),
    warnings: [
      ...(figures?.problem ? [figures.problem] : []),
      ...(deniedLately > 0 ? [denialsText(deniedLately)] : []),
      ...(figures?.warnings ?? []),
    ],
    timestamp: at.toISOString(),
  };
}

type UserRole = HealthReport['users'][number]['indicator']['role'];

/** Figures of a role's server; none for a server that monitoring_user does not see. */
function figuresOf({ figures }: HealthReport, { roles }: RedisConfig, role: UserRole): object {
  const { place, db } = roles[role];
  if (!figures || !isSamePlace(place, roles.monitoring.place)) return {};
  return {
    connected_clients: figures.connectedClients,
    used_memory_human: figures.usedMemoryHuman,
    db_keys: figures.keysOf(db),
  };
}
