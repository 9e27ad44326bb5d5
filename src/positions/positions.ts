import { z } from 'zod';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { keys } from '../redis/redis.keys.js';
import type { RoleConnections } from '../redis/role-connections.js';

/** A position that nobody renews is forgotten after this, seconds. It is never in the log. */
const KEEP_SECONDS = 60;

/** Where a responder is, in WGS 84 degrees; accuracy is a radius in metres, `at` RFC 3339 UTC. */
export const positionSchema = z.object({
  userId: z.uuid(),
  name: z.string(),
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
  accuracyM: z.number().min(0).optional(),
  at: z.string(),
});
export type Position = z.output<typeof positionSchema>;

/** Where responders are right now, in the realtime cache. */
export class Positions {
  constructor(
    private readonly redis: Pick<RoleConnections, 'commands'>,
    private readonly database: Database,
  ) {}

  /** Rejects while Redis is away. */
  async keep(position: Position): Promise<void> {
    const key = keys.position(position.userId);
    await this.redis.commands.set(key, JSON.stringify(position), 'EX', KEEP_SECONDS);
  }

  /**
   * Of those who answer for an organisation and have told where they are.
   * @throws AppError DATABASE_UNAVAILABLE, or the code of what is wrong with Redis
   */
  async of(organisationId: string): Promise<Position[]> {
    const { rows } = await this.database.query<{ user_id: string }>({
      name: 'read-responders-of-organisation',
      text: `select user_id from memberships where organisation_id = $1 and role <> 'member' order by user_id`,
      values: [organisationId],
    });
    const pipeline = this.redis.commands.pipeline();
    for (const { user_id: userId } of rows) pipeline.get(keys.position(userId));
    try {
      const answers = (await pipeline.exec()) ?? [];
      return answers.flatMap(([error, text]) => {
        if (error) throw error;
        return typeof text === 'string' ? positionSchema.parse(JSON.parse(text)) : [];
      });
    } catch (error) {
      throw new AppError(classifyRedisError(error).code, undefined, { cause: error });
    }
  }
}
