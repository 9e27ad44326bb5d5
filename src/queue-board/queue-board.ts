import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { classifyRedisError } from '../redis/redis-error.js';
import type { Board, BoardAnswer, BoardRequest } from './board.js';
import { cleanAnswer } from './clean-answer.js';

/** The page loads fonts from elsewhere: not here, where it must work without the Internet and tell nobody of itself. */
const FOREIGN_FONTS = /<link href="https:\/\/fonts\.[^>]*>/g;
const SAFE = new Set(['GET', 'HEAD']);

/** Bull Board, from the first visit on. */
export class QueueBoard {
  #board: Promise<Board> | undefined;

  constructor(private readonly config: Config) {}

  /** @throws AppError ROUTE_NOT_FOUND when it is off, FORBIDDEN for a change while it is read-only; those of Redis */
  async ask(request: BoardRequest): Promise<BoardAnswer> {
    const mode = this.config.env.NABOOM_QUEUE_BOARD;
    if (mode === 'off') throw new AppError('ROUTE_NOT_FOUND');
    if (mode === 'read-only' && !SAFE.has(request.method)) {
      throw new AppError('FORBIDDEN', 'The queues can be looked at only: see NABOOM_QUEUE_BOARD');
    }
    return clean(await this.#asked(request));
  }

  async close(): Promise<void> {
    await (await this.#board?.catch(() => undefined))?.close();
  }

  async #asked(request: BoardRequest): Promise<BoardAnswer> {
    try {
      const board = await this.#open();
      const answer = await board.ask(request);
      if (answer.status < 500) return answer;
      throw new Error((JSON.parse(answer.body.toString()) as { message?: string }).message);
    } catch (error) {
      const { code, message } = classifyRedisError(error);
      throw new AppError(code, message, { cause: error });
    }
  }

  #open(): Promise<Board> {
    this.#board ??= import('./board.js').then(({ Board: loaded }) => loaded.open(this.config));
    return this.#board;
  }
}

function clean(answer: BoardAnswer): BoardAnswer {
  const type = answer.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) {
    return { ...answer, body: Buffer.from(JSON.stringify(cleanAnswer(JSON.parse(answer.body.toString())))) };
  }
  if (!type.startsWith('text/html')) return answer;
  return { ...answer, body: Buffer.from(answer.body.toString().replace(FOREIGN_FONTS, '')) };
}
