import { createServer, type AddressInfo, type Server } from 'node:net';
import type { EnvValues } from '../config/env-vars.js';
import { loadConfig } from '../config/config.js';
import { checkChannels } from './channel-checks.js';

const NEEDED = { NABOOM_OPERATOR_KEY: 'k'.repeat(32), DATABASE_URL: 'postgres://naboom:pg@127.0.0.1:5432/naboom' };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const envOf = (env: Record<string, string>): EnvValues => loadConfig({ ...NEEDED, ...env }).env;
async function said(env: Record<string, string>, limitMs?: number): Promise<string[]> {
  const checks = await checkChannels(envOf(env), limitMs);
  return checks.map(
    ({ subject, check, result, detail }) => `${subject} ${result} ${check}${detail ? `: ${detail}` : ''}`,
  );
}

/** A mail server that greets, and knows nothing but EHLO; it notes what it is told. */
async function mailServer(greeting: string, extensions: readonly string[]) {
  const heard: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (greeting) socket.write(`${greeting}\r\n`);
    socket.on('data', (chunk: Buffer) => {
      heard.push(chunk.toString().trim());
      if (!chunk.toString().startsWith('EHLO')) return;
      const lines = ['hello', ...extensions];
      socket.write(lines.map((line, at) => `250${at === lines.length - 1 ? ' ' : '-'}${line}\r\n`).join(''));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const env = {
    NABOOM_SMTP_HOST: '127.0.0.1',
    NABOOM_SMTP_PORT: String((server.address() as AddressInfo).port),
    NABOOM_MAIL_FROM: 'alerts@example.org',
  };
  return { env, heard };
}

describe('the doctor looks at channels', () => {
  it('that are off, or ready', async () => {
    expect((await said({})).map((line) => line.split(':')[0])).toEqual([
      'push skipped off',
      'sms skipped off',
      'email skipped off',
      'webhook passed ready',
    ]);
    const { env, heard } = await mailServer('220 ready', ['SIZE 1000', 'STARTTLS', 'HELP']);
    const ready = await said({
      ...env,
      NABOOM_SMS_PROVIDERS: 'clickatell',
      NABOOM_CLICKATELL_API_KEY: 'key-of-clickatell',
    });
    expect(ready).toEqual([
      expect.stringMatching(/^push skipped/),
      expect.stringMatching(/^sms passed ready: clickatell: no delivery reports of clickatell/),
      `email passed ready: 127.0.0.1:${env.NABOOM_SMTP_PORT}`,
      'webhook passed ready',
    ]);
    expect(heard.filter((line) => !/^(EHLO|QUIT)/.test(line))).toEqual([]);
  });

  it.each<[string, string[], RegExp]>([
    ['220 ready', ['HELP'], /offers no STARTTLS/],
    ['554 go away', [], /554 go away/],
    ['', [], /no answer within 200 ms/],
  ])('that are a problem: %j', async (greeting, extensions, problem) => {
    const { env } = await mailServer(greeting, extensions);
    expect((await said(env, 200))[2]).toMatch(problem);
  });

  it('whose server is not there', async () => {
    const { env } = await mailServer('220 ready', []);
    await new Promise((resolve) => servers.pop()!.close(resolve));
    expect((await said(env))[2]).toMatch(/^email failed problem: .*ECONNREFUSED.*NABOOM_SMTP_HOST/);
  });
});
