import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { Accounts } from '../../src/people/accounts.js';
import { Passwords } from '../../src/people/passwords.js';
import { userCommand } from '../../src/people/user-command.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PASSWORD = 'a password typed in';

let testDatabase: TestDatabase;
let database: Database;
let env: Record<string, string>;
const lines: string[] = [];
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  env = { DATABASE_URL: testDatabase.url, NABOOM_OPERATOR_KEY: 'operator-key-of-the-user-test' };
  database = new Database(loadConfig(env).env.DATABASE_URL);
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

/** Runs it as somebody who types `typed` when asked. */
async function run(argv: readonly string[], typed = PASSWORD, extra: Record<string, string> = {}): Promise<number> {
  lines.length = 0;
  return userCommand(async () => typed)(argv, { ...env, ...extra }, (line) => lines.push(line));
}
const signIn = (email: string, password: string) =>
  new Accounts({ database, passwords: new Passwords(), clock: new TestClock() }).authenticate({ email }, password);

describe('npm run user', () => {
  it('creates the first operator, with a password that is no argument', async () => {
    expect(await run(['create', '--name', 'Boss', '--email', 'Boss@Example.com', '--operator', '--json'])).toBe(0);
    const { id, operator } = JSON.parse(lines[0]!) as { id: string; operator: boolean };
    expect(operator).toBe(true);
    expect(await signIn('boss@example.com', PASSWORD)).toBe(id);
    expect(await run(['list'])).toBe(0);
    expect(lines).toEqual([`${id}  boss@example.com  -  Boss  operator`]);
    expect(await run(['create', '--name', 'Again', '--email', 'boss@example.com'])).toBe(1);
    expect(lines[0]).toContain('already');
  });

  it('reads the password from standard input where there is no terminal', async () => {
    const program = join(import.meta.dirname, '../../dist/cli/user.js');
    const argv = [program, 'create', '--name', 'Piped', '--email', 'piped@example.com'];
    const child = spawn(process.execPath, argv, { env: { PATH: process.env['PATH'], ...env } });
    child.stdin.end(`${PASSWORD}\n`);
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect([code, said]).toEqual([0, expect.stringMatching(/^Created Piped \(.*\)\n$/)]);
    expect(await signIn('piped@example.com', PASSWORD)).toBeDefined();
  });

  it('takes the password from the environment as well, and refuses a short one', async () => {
    const create = (name: string, password: string) =>
      run(['create', '--name', name, '--phone', '0825550101'], 'not asked for', { NABOOM_NEW_PASSWORD: password });
    expect(await create('Short', 'short')).toBe(1);
    expect(lines).toEqual(['A password has 8 to 128 characters']);
    expect(await create('Long', 'long enough')).toBe(0);
    expect(await run(['create', '--name', 'X', '--email', 'no address'])).toBe(1);
    expect(lines.join()).toContain('email is no e-mail address');
  });

  it('says what is wrong with the login and the name before it asks for a password', async () => {
    expect(await run(['create', '--name', 'X', '--email', 'bad'], '')).toBe(1);
    expect(lines).toEqual(['Some fields are not valid', '  email is no e-mail address']);
    expect(await run(['create', '--name', '\u202e\u200b', '--email', 'good@example.com'], '')).toBe(1);
    expect(lines).toEqual([expect.any(String), '  name has no visible character']);
  });

  it('disables and enables, sets passwords, and says who is an operator', async () => {
    await run(['create', '--name', 'Member', '--email', 'member@example.com']);
    expect(await run(['disable', 'MEMBER@example.com'])).toBe(0);
    expect(await signIn('member@example.com', PASSWORD)).toBeUndefined();
    expect(await run(['enable', 'member@example.com'])).toBe(0);
    expect(await signIn('member@example.com', PASSWORD)).toBeDefined();
    expect(await run(['password', 'member@example.com'], 'another password')).toBe(0);
    expect(await signIn('member@example.com', PASSWORD)).toBeUndefined();
    expect(await signIn('member@example.com', 'another password')).toBeDefined();
    expect(await run(['operator', '082 555 0101'])).toBe(0);
    await run(['list', 'long', '--json']);
    expect(JSON.parse(lines[0]!)).toMatchObject([{ phone: '+27825550101', operator: true }]);
    expect(await run(['operator', '0825550101', '--off'])).toBe(0);
    expect(await run(['disable', 'nobody@example.com'])).toBe(1);
    const { rowCount } = await database.query({ text: 'select 1 from directory_changes where user_id is not null' });
    expect(rowCount).toBe(5);
  });

  it.each([
    [[]],
    [['create']],
    [['create', '--name', 'x']],
    [['disable']],
    [['burn', 'x']],
    [['list', '--password', 'x']],
  ])('explains itself when used as %j', async (argv) => {
    expect(await run(argv)).toBe(2);
    expect(lines[0]).toMatch(/^Usage/);
  });
});
