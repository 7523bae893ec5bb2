/**
 * A checker for the part of JSON Schema that schema/holdfast-1.schema.json uses.
 *
 * A keyword that it does not know is an error, so the schema cannot use one that nobody checks.
 */

type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = ['$schema', '$defs', 'title', 'description'];

/** Everything that is wrong with a value, with the path of each fault; empty if it is valid. */
export function schemaFaults(root: Schema, value: unknown): string[] {
  return faults(root, root, value, '$');
}

function faults(root: Schema, schema: Schema, value: unknown, path: string): string[] {
  return Object.entries(schema).flatMap(([keyword, rule]) => {
    if (ANNOTATIONS.includes(keyword)) return [];
    const check = KEYWORDS[keyword];
    if (check === undefined) throw new Error(`json-schema: unknown keyword ${keyword}`);
    return check({ root, schema, rule, value, path });
  });
}

interface Place {
  readonly root: Schema;
  readonly schema: Schema;
  readonly rule: unknown;
  readonly value: unknown;
  readonly path: string;
}

const KEYWORDS: Readonly<Record<string, (place: Place) => string[]>> = {
  $ref: ({ root, rule, value, path }) => {
    const name = String(rule).replace('#/$defs/', '');
    const target = (root['$defs'] as Record<string, Schema>)[name];
    if (target === undefined) throw new Error(`json-schema: ${String(rule)} leads nowhere`);
    return faults(root, target, value, path);
  },
  oneOf: ({ root, rule, value, path }) => {
    const all = (rule as Schema[]).map((one) => faults(root, one, value, path));
    const right = all.filter((one) => one.length === 0).length;
    if (right === 1) return [];
    const closest = all.toSorted((one, other) => one.length - other.length)[0] ?? [];
    return [`${path} fits ${right} of ${all.length} forms`, ...closest];
  },
  type: ({ rule, value, path }) => {
    const types = [rule].flat();
    return types.some((type) => hasType(value, type))
      ? []
      : [`${path} is no ${types.join(' or ')}`];
  },
  const: ({ rule, value, path }) => (value === rule ? [] : [`${path} is not ${String(rule)}`]),
  enum: ({ rule, value, path }) =>
    (rule as unknown[]).includes(value) ? [] : [`${path} is none of ${String(rule)}`],
  minimum: ({ rule, value, path }) =>
    typeof value !== 'number' || value >= Number(rule) ? [] : [`${path} is below ${String(rule)}`],
  maximum: ({ rule, value, path }) =>
    typeof value !== 'number' || value <= Number(rule) ? [] : [`${path} is above ${String(rule)}`],
  pattern: ({ rule, value, path }) =>
    new RegExp(String(rule)).test(String(value)) ? [] : [`${path} does not match`],
  minItems: ({ rule, value, path }) =>
    (value as unknown[]).length >= Number(rule) ? [] : [`${path} is too short`],
  maxItems: ({ rule, value, path }) =>
    (value as unknown[]).length <= Number(rule) ? [] : [`${path} is too long`],
  items: ({ root, rule, value, path }) =>
    Array.isArray(value)
      ? value.flatMap((one, at) => faults(root, rule as Schema, one, `${path}[${at}]`))
      : [],
  required: ({ rule, value, path }) =>
    isObject(value)
      ? (rule as string[])
          .filter((key) => !(key in value))
          .map((key) => `${path}.${key} is missing`)
      : [],
  properties: ({ root, rule, value, path }) =>
    isObject(value)
      ? Object.entries(rule as Record<string, Schema>).flatMap(([key, one]) =>
          key in value ? faults(root, one, value[key], `${path}.${key}`) : [],
        )
      : [],
  additionalProperties: ({ root, schema, rule, value, path }) => {
    if (!isObject(value)) return [];
    const known = Object.keys((schema['properties'] as Schema | undefined) ?? {});
    const others = Object.entries(value).filter(([key]) => !known.includes(key));
    if (rule === false) return others.map(([key]) => `${path}.${key} is unknown`);
    return others.flatMap(([key, one]) => faults(root, rule as Schema, one, `${path}.${key}`));
  },
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasType(value: unknown, type: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
