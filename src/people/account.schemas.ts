import { z } from 'zod';
import { nameText, PIN } from '../alerts/alert.schemas.js';
import { SCOPES } from '../auth/roles.js';
import { AppError, type FieldProblem } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readLogin, type Login } from './login.js';

const NAME_MAX = 200;
const LOGIN_MAX = 300;
const HOME_AREAS_MAX = 20;

/** Long enough, and nothing else: rules of composition make passwords worse (NIST SP 800-63B). */
export const passwordSchema = z.string().min(8).max(128);
/** A password to compare with: whatever somebody typed, within reason. */
const givenPassword = z.string().min(1).max(1000);
const given = z.string().max(LOGIN_MAX).optional();
const pin = z.string().regex(PIN, 'must have 4 to 8 digits');

/** Body of register. `login` stands for either of e-mail and phone. */
export const registerSchema = z
  .object({ name: nameText(NAME_MAX), email: given, phone: given, login: given, password: passwordSchema })
  .meta({ id: 'Register' });
/** Body of login. */
export const loginSchema = z
  .object({ login: given, email: given, phone: given, password: givenPassword })
  .refine(({ login, email, phone }) => login ?? email ?? phone, { path: ['login'], message: 'is missing' })
  .meta({ id: 'Login' });
/** Body of the change of a password. */
export const changePasswordSchema = z
  .object({ current: givenPassword, password: passwordSchema })
  .meta({ id: 'ChangePassword' });
/** Body of the PINs that cancel an own alert. */
export const pinsSchema = z
  .object({ password: givenPassword, cancelPin: pin, duressPin: pin.optional() })
  .refine(({ cancelPin, duressPin }) => cancelPin !== duressPin, {
    path: ['duressPin'],
    message: 'must differ from cancelPin',
  })
  .meta({ id: 'SetPins' });
/** Body of the home areas. */
export const homeAreasSchema = z
  .object({ areas: z.array(z.uuid().toLowerCase()).max(HOME_AREAS_MAX) })
  .meta({ id: 'SetHomeAreas' });
/** Body of a new API key. */
export const apiKeySchema = z
  .object({ name: nameText(NAME_MAX), scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length) })
  .meta({ id: 'CreateApiKey' });
/** Query of the list of users. */
export const usersSchema = z
  .object({
    query: z.string().max(LOGIN_MAX).default(''),
    cursor: z.uuid('is not a cursor of this list').optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .meta({ id: 'ListUsers' });
/** Body of the change of who runs the deployment. */
export const operatorSchema = z.object({ operator: z.boolean() }).meta({ id: 'SetOperator' });

/** Who wants an account, with a login that can be one. */
export interface Registration {
  readonly name: string;
  readonly email?: string;
  readonly phone?: string;
  readonly password: string;
}

const applicantSchema = registerSchema.omit({ password: true });

/** @throws AppError REQUEST_INVALID */
export function readRegistration(body: unknown, countryCode: string): Registration {
  const { password, ...applicant } = parse(registerSchema, body);
  return { ...withLogins(applicant, countryCode), password };
}

/** Who wants an account, before they are asked for a password. @throws AppError REQUEST_INVALID */
export function readApplicant(body: unknown, countryCode: string): Omit<Registration, 'password'> {
  return withLogins(parse(applicantSchema, body), countryCode);
}

function withLogins({ name, ...fields }: z.infer<typeof applicantSchema>, countryCode: string) {
  let logins: { email?: string; phone?: string } = {};
  const errors: FieldProblem[] = [];
  for (const [path, value] of Object.entries(fields)) {
    const read = value === undefined || value === '' ? undefined : readLogin(value, countryCode);
    if (value && (!read || (path !== 'login' && !(path in read)))) {
      errors.push({ path, message: path === 'phone' ? 'is no phone number' : 'is no e-mail address' });
    }
    logins = { ...logins, ...read };
  }
  if (errors.length === 0 && !logins.email && !logins.phone)
    errors.push({ path: 'email', message: 'or phone is needed' });
  if (errors.length > 0) throw new AppError('REQUEST_INVALID', 'Some fields are not valid', { errors });
  return { name, ...logins };
}

/** What somebody signs in with; no `login` when it can be nobody's. `text` is what is counted by. */
export interface Credentials {
  readonly login: Login | undefined;
  readonly text: string;
  readonly password: string;
}

/** @throws AppError REQUEST_INVALID */
export function readCredentials(body: unknown, countryCode: string): Credentials {
  const { password, login: either, email, phone } = parse(loginSchema, body);
  const text = either ?? email ?? phone ?? '';
  const login = readLogin(text, countryCode);
  return { login, text: login ? Object.values(login).join() : text.trim().toLowerCase(), password };
}
