import { parseArgs } from 'node:util';
import type { CliMain } from '../cli/run-cli.js';
import { loadConfig } from '../config/config.js';
import { Database } from '../database/database.js';
import { SharedClock } from '../database/shared-clock.js';
import { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';
import { passwordSchema, readApplicant } from './account.schemas.js';
import { Accounts } from './accounts.js';
import { readLogin } from './login.js';
import { Passwords } from './passwords.js';
import { UserAdministration, type UserSummary } from './user-administration.js';

const SHOWN = 200;
const USAGE = [
  'Usage: npm run user -- create --name <name> [--email <e-mail>] [--phone <phone>] [--operator]',
  '       npm run user -- list [words]',
  '       npm run user -- disable | enable | password <e-mail or phone>',
  '       npm run user -- operator <e-mail or phone> [--off]',
  '  create     an account; --operator: of somebody who runs this deployment',
  '  disable    nobody signs in with it; who is signed in is no longer, within a second',
  '  password   sets another one and ends every session',
  '  A new password is asked for, or comes on standard input or in NABOOM_NEW_PASSWORD: never as an argument.',
  '  --json     the answer of create and list as JSON',
];

/** Asks for a secret without showing it; at no terminal, the first line of standard input. */
export type ReadSecret = (question: string) => Promise<string>;

interface Run {
  readonly accounts: Accounts;
  readonly administration: UserAdministration;
  readonly countryCode: string;
  readonly newPassword: () => Promise<string>;
  readonly json: boolean;
  readonly out: (line: string) => void;
}

type Options = NonNullable<ReturnType<typeof readOptions>>;

/** `npm run user`: exit code 0 when done, 1 when it was refused, 2 for a wrong use. */
export function userCommand(readSecret: ReadSecret): CliMain {
  return async (argv, env, out) => {
    const options = readOptions(argv);
    const command = options && COMMANDS[options.command];
    if (!options || !command || !command.fits(options)) {
      USAGE.forEach(out);
      return 2;
    }
    const config = loadConfig(env);
    const database = new Database(config.env.DATABASE_URL, 'naboom:user');
    const [passwords, changes] = [new Passwords(), new DirectoryChanges(database)];
    try {
      const clock = await SharedClock.ofNow(database);
      await command.run(options, {
        accounts: new Accounts({ database, passwords, clock }),
        // Copies of sessions in Redis end with the change that is recorded: no Redis is needed here.
        administration: new UserAdministration({
          database,
          passwords,
          clock,
          endAfter: (work) => changes.transaction(work),
        }),
        countryCode: config.env.NABOOM_COUNTRY_CODE,
        newPassword: async () => checkedPassword(env['NABOOM_NEW_PASSWORD'] || (await readSecret('New password: '))),
        json: options.json,
        out,
      });
      return 0;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      out(error.detail);
      for (const { path, message } of error.errors ?? []) out(`  ${path} ${message}`);
      return 1;
    } finally {
      await database.close();
    }
  };
}

interface Command {
  readonly fits: (options: Options) => boolean;
  readonly run: (options: Options, run: Run) => Promise<void>;
}

const forOne = (work: (user: UserSummary, options: Options, run: Run) => Promise<string>): Command => ({
  fits: ({ words }) => words.length === 1,
  run: async (options, run) => {
    const login = readLogin(options.words[0]!, run.countryCode);
    if (!login) throw new AppError('NOT_FOUND', 'That is no e-mail address and no phone number');
    run.out(await work(await run.administration.byLogin(login), options, run));
  },
});

const COMMANDS: Readonly<Record<string, Command>> = {
  create: {
    fits: ({ words, name, email, phone }) => words.length === 0 && Boolean(name && (email || phone)),
    run: create,
  },
  list: { fits: () => true, run: list },
  disable: forOne(async ({ id, name }, _options, { administration }) => {
    await administration.disable(id);
    return `${name} is disabled and signed out`;
  }),
  enable: forOne(async ({ id, name }, _options, { administration }) => {
    await administration.enable(id);
    return `${name} may sign in`;
  }),
  password: forOne(async ({ id, name }, _options, { administration, newPassword }) => {
    await administration.setPassword(id, await newPassword());
    return `${name} has a new password and is signed out everywhere`;
  }),
  operator: forOne(async ({ id, name }, { off }, { administration }) => {
    await administration.setOperator(id, !off);
    return `${name} is ${off ? 'no longer' : 'now'} an operator`;
  }),
};

async function create({ name, email, phone, operator }: Options, run: Run): Promise<void> {
  // Before anybody types a password for nothing.
  const applicant = readApplicant({ name, email, phone }, run.countryCode);
  const id = await run.accounts.register({ ...applicant, password: await run.newPassword() }, operator);
  if (id === undefined) throw new AppError('NAME_TAKEN', 'There is an account with this e-mail or phone already');
  run.out(run.json ? JSON.stringify({ id, operator }) : `Created ${operator ? 'the operator ' : ''}${name} (${id})`);
}

async function list({ words }: Options, { administration, json, out }: Run): Promise<void> {
  const users = await administration.find(words.join(' '), SHOWN);
  if (json) out(JSON.stringify(users));
  else users.map(describe).forEach(out);
}

function describe({ id, name, email, phone, operator, disabled }: UserSummary): string {
  const marks = [...(operator ? ['operator'] : []), ...(disabled ? ['disabled'] : [])];
  return [id, email ?? '-', phone ?? '-', name, ...marks].join('  ');
}

function checkedPassword(password: string): string {
  const { success } = passwordSchema.safeParse(password);
  if (!success) throw new AppError('REQUEST_INVALID', 'A password has 8 to 128 characters');
  return password;
}

function readOptions(argv: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { name: text, email: text, phone: text, operator: flag, off: flag, json: flag },
    });
    const [command = '', ...words] = positionals;
    return { command, words, ...values };
  } catch {
    return undefined;
  }
}
