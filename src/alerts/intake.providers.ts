import { Injectable, type Provider } from '@nestjs/common';
import { InjectRedis } from '../redis/redis.modules.js';
import { keys } from '../redis/redis.keys.js';
import type { RoleClient } from '../redis/role-client.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { AlertLog } from './alert-log.js';
import { Intake } from './intake.js';
import { PendingStream } from './pending-stream.js';
import { PendingTail } from './pending-tail.js';
import { ProvisionalAlerts } from './provisional-alerts.js';

/** The role that the stream of pending presses belongs to. */
@Injectable()
class PendingRole {
  readonly commands: RoleClient;
  constructor(@InjectRedis('realtime') readonly connections: RoleConnections) {
    this.commands = connections.commandsAt(keys.pending(), 'intake');
  }
}

type IntakeNeeds = [AlertLog, PendingStream, PendingTail, ProvisionalAlerts, PendingRole];

/** What takes presses while Postgres is away, for the module of the alerts. */
export const INTAKE_PROVIDERS: Provider[] = [
  PendingRole,
  {
    provide: PendingStream,
    inject: [PendingRole, ProvisionalAlerts],
    useFactory: ({ commands }: PendingRole, alerts: ProvisionalAlerts) =>
      new PendingStream(commands, (id) => alerts.isOver(id)),
  },
  { provide: ProvisionalAlerts, useFactory: () => new ProvisionalAlerts() },
  {
    provide: PendingTail,
    inject: [PendingRole, PendingStream, ProvisionalAlerts],
    useFactory: ({ connections }: PendingRole, stream: PendingStream, alerts: ProvisionalAlerts) =>
      new PendingTail(connections, stream, alerts),
  },
  {
    provide: Intake,
    inject: [AlertLog, PendingStream, PendingTail, ProvisionalAlerts, PendingRole],
    useFactory: (...[log, stream, tail, alerts, { commands }]: IntakeNeeds) =>
      new Intake({ log, stream, tail, alerts, connection: commands }),
  },
];
