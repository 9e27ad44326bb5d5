import type { z } from 'zod';
import type { AlertLocation, Contact, Press } from './alert.js';
import {
  contactSchema,
  geoPointSchema,
  LOCATION_TEXT_MAX,
  MESSAGE_MAX,
  pinSchema,
  raiseSchema,
} from './alert.schemas.js';
import type { SetPins } from './cancel-pins.js';
import { toE164 } from './phone.js';

/** A press as read from whatever came in, and what could not be read of it. */
export interface ReadPress {
  readonly press: Omit<Press, 'verified'>;
  /** Apart from the press: they never get to where that goes, into the log and the fingerprint of a retry. */
  readonly pins?: SetPins;
  /** One line a field, `field: what happened to it`. */
  readonly warnings: string[];
}

type Fields = Readonly<Record<string, unknown>>;
const SHAPE = raiseSchema.shape;
// Made once: zod compiles a schema at its first use.
const PLACE = geoPointSchema.pick({ lat: true, lng: true });
const { accuracyM, recordedAt } = geoPointSchema.shape;

/**
 * Reads a press leniently: a field that cannot be read is dropped and named, never a reason to refuse a panic.
 * @param countryCode calling code for phone numbers that are given without one
 */
export function readPress(body: unknown, countryCode: string): ReadPress {
  const warnings: string[] = [];
  const fields = asFields(body, warnings);
  const severity = readField('severity', lowerCase(fields['severity']), SHAPE.severity.unwrap(), warnings);
  const kind = readField('kind', lowerCase(fields['kind']), SHAPE.kind.unwrap(), warnings);
  const location = readLocation(fields['location'], warnings);
  const message = readField(
    'message',
    shorten('message', asText(fields['message']), MESSAGE_MAX, warnings),
    SHAPE.message,
    warnings,
  );
  const contact = readContact(fields['contact'], countryCode, warnings);
  const test = readField('test', asBoolean(fields['test']), SHAPE.test.unwrap(), warnings);
  const source = readField('source', lowerCase(fields['source']), SHAPE.source.unwrap(), warnings);
  const pins = readPins(fields, warnings);
  return {
    press: {
      ...(severity === undefined ? {} : { severity }),
      ...(kind === undefined ? {} : { kind }),
      ...(location === undefined ? {} : { location }),
      ...(message === undefined ? {} : { message }),
      ...(contact === undefined ? {} : { contact }),
      test: test ?? false,
      ...(source === undefined ? {} : { source }),
    },
    ...(pins ? { pins } : {}),
    warnings,
  };
}

function readPins(fields: Fields, warnings: string[]): SetPins | undefined {
  const cancelPin = readField('cancelPin', asText(fields['cancelPin']), pinSchema, warnings);
  const duressPin = readField('duressPin', asText(fields['duressPin']), pinSchema, warnings);
  if (cancelPin === undefined) {
    if (duressPin !== undefined) warnings.push('duressPin: ignored, it goes with a cancelPin');
    return undefined;
  }
  if (duressPin !== cancelPin) return { cancelPin, ...(duressPin === undefined ? {} : { duressPin }) };
  warnings.push('duressPin: ignored, it must differ from cancelPin');
  return { cancelPin };
}

function asFields(body: unknown, warnings: string[]): Fields {
  if (body === undefined || body === null || body === '') return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body as Fields;
  warnings.push('body: ignored, it is no object with fields');
  return {};
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function readField<T>(name: string, value: unknown, schema: z.ZodType<T>, warnings: string[]): T | undefined {
  if (isAbsent(value)) return undefined;
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  warnings.push(`${name}: ignored, ${read.error.issues[0]?.message ?? 'it cannot be read'}`);
  return undefined;
}

function readLocation(value: unknown, warnings: string[]): AlertLocation | undefined {
  if (typeof value !== 'object' || value === null) {
    return readField('location', shorten('location', value, LOCATION_TEXT_MAX, warnings), SHAPE.location, warnings);
  }
  const fields = value as Fields;
  if (isAbsent(fields['lat']) || isAbsent(fields['lng'])) {
    if (!Object.values(fields).every(isAbsent)) warnings.push('location: ignored, lat or lng is missing');
    return undefined;
  }
  const coordinates = { lat: withPoint(fields['lat']), lng: withPoint(fields['lng']) };
  const place = readField('location', coordinates, PLACE, warnings);
  if (!place) return undefined;
  const accuracy = readField('location.accuracyM', fields['accuracyM'], accuracyM, warnings);
  const time = readField('location.recordedAt', fields['recordedAt'], recordedAt, warnings);
  return {
    ...place,
    ...(accuracy === undefined ? {} : { accuracyM: accuracy }),
    ...(time === undefined ? {} : { recordedAt: time }),
  };
}

function readContact(value: unknown, countryCode: string, warnings: string[]): Contact | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) {
    warnings.push('contact: ignored, it is no object with name and phone');
    return undefined;
  }
  const fields = value as Fields;
  const name = readField('contact.name', fields['name'], contactSchema.shape.name, warnings);
  const given = readField('contact.phone', asText(fields['phone']), contactSchema.shape.phone, warnings);
  const phone = given === undefined ? undefined : toE164(given, countryCode);
  if (given !== undefined && phone === undefined) warnings.push('contact.phone: ignored, it is no phone number');
  if (name === undefined && phone === undefined) return undefined;
  return { ...(name === undefined ? {} : { name }), ...(phone === undefined ? {} : { phone }) };
}

/** A long cry for help, or a long way to find somebody, is cut and not dropped. */
function shorten(name: string, value: unknown, max: number, warnings: string[]): unknown {
  if (typeof value !== 'string' || value.trim().length <= max) return value;
  warnings.push(`${name}: cut to ${max} characters`);
  return value.trim().slice(0, max).toWellFormed();
}

function asText(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}

/** South Africans write a decimal comma. */
function withPoint(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(',', '.') : value;
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.trim().toLowerCase() : value;
}

function asBoolean(value: unknown): unknown {
  if (value === 'true' || value === 'on' || value === '1' || value === 1) return true;
  if (value === 'false' || value === 'off' || value === '0' || value === 0) return false;
  return value;
}
