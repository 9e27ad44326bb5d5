import { pino } from 'pino';
import { NestLogger } from './logger.js';

function logged(write: (logger: NestLogger) => void): Record<string, unknown> {
  let line = '';
  write(new NestLogger(pino({ base: null, timestamp: false }, { write: (text) => (line = text) })));
  return JSON.parse(line) as Record<string, unknown>;
}

describe('NestLogger', () => {
  const stack = 'Error: gone\n    at close (queue.js:1:2)';

  it('takes the last text for the context, and what comes before it for the stack', () => {
    expect(logged((logger) => logger.error('gone', stack, 'Jobs'))).toMatchObject({ context: 'Jobs', stack });
    expect(logged((logger) => logger.error({ code: 'X' }, 'gone', 'Jobs'))).toMatchObject({
      code: 'X',
      context: 'Jobs',
      msg: 'gone',
    });
  });

  it('never takes a stack for the context', () => {
    const line = logged((logger) => logger.error('gone', stack));
    expect(line).toMatchObject({ msg: 'gone', stack });
    expect(line).not.toHaveProperty('context');
  });
});
