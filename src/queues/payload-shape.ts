const DEPTH = 3;
const FIELDS = 10;
const NAME_MAX = 40;

/** What a payload is made of, without any value of it: `{ deliveryIds: [2 × string] }`. */
export function payloadShape(value: unknown, depth = DEPTH): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  if (Array.isArray(value)) return arrayShape(value, depth);
  const fields = Object.entries(value);
  if (fields.length === 0) return '{}';
  if (depth === 0) return '{ … }';
  const shown = fields
    .slice(0, FIELDS)
    .map(([name, each]) => `${name.slice(0, NAME_MAX)}: ${payloadShape(each, depth - 1)}`);
  return `{ ${[...shown, ...(fields.length > FIELDS ? ['…'] : [])].join(', ')} }`;
}

function arrayShape(values: readonly unknown[], depth: number): string {
  if (values.length === 0 || depth === 0) return `[${values.length}]`;
  return `[${values.length} × ${payloadShape(values[0], depth - 1)}]`;
}
