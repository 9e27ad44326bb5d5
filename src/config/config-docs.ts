import type { z } from 'zod';
import { envVarMeta } from './described.js';
import { ENV_NAMES, envSchema, type EnvName } from './env-vars.js';

const SECTIONS = ['Server', 'Postgres', 'Redis', 'Gateways', 'Channels', 'Webhooks'] as const;

interface DescribedVar {
  readonly name: EnvName;
  readonly doc: string;
  readonly secret: boolean;
  readonly defaultText: string;
  /** The default as it may stand in a file; undefined where there is none. */
  readonly defaultValue: string | undefined;
}

function describedVars(section: string): DescribedVar[] {
  return ENV_NAMES.filter((name) => envVarMeta(envSchema.shape[name]).section === section).map((name) => {
    const schema = envSchema.shape[name] as z.ZodType;
    const { doc, secret, defaultNote } = envVarMeta(schema);
    const defaultValue = defaultOf(schema);
    const required = !schema.safeParse(undefined).success;
    const defaultText = required
      ? '**required**'
      : (defaultNote ?? (defaultValue === undefined ? '' : `\`${defaultValue}\``));
    return { name, doc, secret: secret ?? false, defaultText, defaultValue };
  });
}

function defaultOf(schema: z.ZodType): string | undefined {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success || parsed.data === undefined) return undefined;
  // A default is one word or a list of words.
  const text = [parsed.data as string | number | string[]].flat().join(',');
  return text === '' ? undefined : text;
}

/** docs/configuration.md, from the schema that validates. */
export function renderConfigDocs(): string {
  const tables = SECTIONS.map((section) => {
    const rows = describedVars(section).map(
      ({ name, doc, secret, defaultText }) =>
        `| \`${name}\` | ${defaultText} | ${doc}${secret ? ' **Secret.**' : ''} |`,
    );
    return `## ${section}\n\n| variable | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Configuration

Read once at start from the environment; every problem is reported at once, and none of the messages repeats a secret.
\`npm run config\` prints what is in effect, redacted. An empty variable counts as absent.

Each secret may also be given as a file: \`<NAME>_FILE\` holds its path, the content is trimmed. Redis credentials never
stand in a URL: \`REDIS_URL\` and \`REDIS_<ROLE>_URL\` refuse them.

How the Redis roles sign in:

- a password for each role (\`REDIS_<ROLE>_PASSWORD\`): an ACL user each, \`isolation: acl\`;
- \`REDIS_USERNAME\` and \`REDIS_PASSWORD\`: one user for all, for services that allow no further ones, \`isolation: shared\`;
- none of them: no authentication, for a developer's own Redis, \`isolation: none\`.

${tables.join('\n')}
<!-- Made by \`npm run docs\` from src/config/env-vars.ts. -->
`;
}

/** .env.example, from the schema that validates: every variable, with its default, commented out. */
export function renderEnvExample(): string {
  const sections = SECTIONS.map((section) => {
    const lines = describedVars(section).map(
      ({ name, doc, secret, defaultValue }) =>
        `# ${doc}${secret ? ` Secret; or ${name}_FILE.` : ''}\n# ${name}=${secret ? '' : (defaultValue ?? '')}`,
    );
    return `## ${section}\n\n${lines.join('\n\n')}\n`;
  });
  return `# Every variable with its default; made by \`npm run docs\`, explained in docs/configuration.md.
# \`npm start\` needs none of them: it generates what it needs into .naboom/generated.env.

${sections.join('\n')}`;
}
