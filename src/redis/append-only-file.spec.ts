import { AppendOnlyFile, NotDurable } from './append-only-file.js';
import { readServerInfo } from './server-info.js';
import type { RoleClient } from './role-client.js';

/** What INFO says of an append-only file. */
const told = (size: number, buffered: number, base = 0, status = 'ok') =>
  ['aof_enabled:1', `aof_last_write_status:${status}`, `aof_current_size:${size}`, `aof_base_size:${base}`]
    .concat(`aof_buffer_length:${buffered}`)
    .join('\r\n');
const after = (size: number, buffered: number) => readServerInfo(told(size, buffered));

/** A file of a server that says these things, one after the other, and then always the last. */
function fileThatSays(...answers: string[]): { file: AppendOnlyFile; asked: () => number } {
  let asked = 0;
  const info = () => Promise.resolve(answers[Math.min(asked++, answers.length - 1)]);
  return { file: new AppendOnlyFile({ info } as unknown as RoleClient), asked: () => asked };
}

it('asks once for all who wait, however many', async () => {
  const { file, asked } = fileThatSays(told(100, 50), told(100, 50), told(150, 0));
  await Promise.all(Array.from({ length: 300 }, () => file.written(after(100, 50))));
  expect(asked()).toBe(3);
});

it('waits anew when the file was rewritten, whatever its size says then', async () => {
  for (const size of [40, 400]) {
    const { file, asked } = fileThatSays(told(100, 50), told(size, 50, size), told(size + 50, 0, size));
    await file.written(after(100, 50));
    expect(asked()).toBe(3);
  }
});

it('does not take what a server said before a write for an answer to it', async () => {
  const { file, asked } = fileThatSays(told(500, 0), told(1000, 0));
  const first = file.written(after(500, 0));
  const later = file.written(after(990, 10));
  await Promise.all([first, later]);
  expect(asked()).toBe(2);
});

it('tells of a file that cannot be written', async () => {
  const { file } = fileThatSays(told(100, 50), told(100, 50, 0, 'err'));
  await expect(file.written(after(100, 50))).rejects.toThrow(NotDurable);
  await expect(file.check()).rejects.toThrow('cannot write');
});
