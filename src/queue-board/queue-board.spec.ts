import { loadConfig } from '../config/config.js';
import { cleanAnswer } from './clean-answer.js';
import { QueueBoard } from './queue-board.js';

function boardOf(mode: string): QueueBoard {
  const database = 'postgres://127.0.0.1/unused';
  const key = 'operator-key-of-a-board-test';
  return new QueueBoard(loadConfig({ NABOOM_QUEUE_BOARD: mode, DATABASE_URL: database, NABOOM_OPERATOR_KEY: key }));
}
const request = (method: string) => ({ method, url: '/api/queues/pause', headers: {}, body: undefined });

it.each(['PUT', 'POST', 'PATCH', 'DELETE'])('a board that is read-only takes no %s', async (method) => {
  await expect(boardOf('read-only').ask(request(method))).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('a board that is off is not there', async () => {
  await expect(boardOf('off').ask(request('GET'))).rejects.toMatchObject({ code: 'ROUTE_NOT_FOUND' });
});

it('what jobs say of their failures is shown without addresses and tokens', () => {
  const job = {
    id: '1',
    name: 'x',
    failedReason: 'no answer of https://a.example/token',
    stacktrace: ['to a@b.example'],
  };
  expect(cleanAnswer({ queues: [{ jobs: [job], url: 'https://a.example/docs' }] })).toEqual({
    queues: [
      {
        jobs: [{ id: '1', name: 'x', failedReason: 'no answer of https://a.example', stacktrace: ['to [e-mail]'] }],
        url: 'https://a.example/docs',
      },
    ],
  });
});
