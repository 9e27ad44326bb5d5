import { z } from 'zod';

/** A JSON schema (2020-12), as far as we write and read them. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  id?: string;
  $defs?: Record<string, JsonSchema>;
}

const PLACE = '#/components/schemas/';

/** JSON schemas of zod schemas; one with an `id` stands once, under `components.schemas`, and is referred to. */
export class SchemaBook {
  readonly components: Record<string, JsonSchema> = {};
  /** What was asked for before: a problem is part of every operation. */
  readonly #made = { input: new Map<z.ZodType, JsonSchema>(), output: new Map<z.ZodType, JsonSchema>() };

  /**
   * @param io `input` for what is sent to us, `output` for what we send
   * @throws Error when two different schemas have the same id
   */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const known = this.#made[io].get(schema);
    if (known) return known;
    const made = this.#make(schema, io);
    this.#made[io].set(schema, made);
    return made;
  }

  #make(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    // Within another one, so that a schema with an id becomes a reference as well.
    const made = z.toJSONSchema(z.object({ it: schema }), {
      io,
      override: ({ jsonSchema }) => tidy(jsonSchema as JsonSchema),
    }) as JsonSchema;
    for (const [name, component] of Object.entries(made.$defs ?? {})) this.#add(name, withPlaces(component));
    return withPlaces(made.properties!['it']!);
  }

  #add(name: string, component: JsonSchema): void {
    const known = this.components[name];
    if (known && JSON.stringify(known) !== JSON.stringify(component)) throw new Error(`two schemas are called ${name}`);
    this.components[name] = component;
  }
}

/** The name of the component that a schema refers to. */
export function referredName({ $ref }: JsonSchema): string | undefined {
  return $ref?.startsWith(PLACE) ? $ref.slice(PLACE.length) : undefined;
}

/** Takes out what says nothing to a reader; what we send may get more fields in later versions. */
function tidy(schema: JsonSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.format !== undefined) delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  delete schema.id;
}

function withPlaces(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', `"$ref":"${PLACE}`)) as JsonSchema;
}
