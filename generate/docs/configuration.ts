import {z} from 'zod';
import {configJsonSchema} from '../../src/config/json-schema.ts';
import {code, codes, table} from './table.ts';

/** What is read of a JSON Schema (draft 7) here. */
interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly enum?: readonly (string | number)[] | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly not?: unknown;
  readonly required?: readonly string[] | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly additionalProperties?: Node | boolean | undefined;
  readonly items?: Node | readonly Node[] | undefined;
  readonly anyOf?: readonly Node[] | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.union([z.string(), z.number()])).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    required: z.array(z.string()).optional(),
    properties: z.record(z.string(), node).optional(),
    additionalProperties: z.union([node, z.boolean()]).optional(),
    items: z.union([node, z.array(node)]).optional(),
    anyOf: z.array(node).optional(),
  }),
);

/** An object whose keys are listed below a key. */
interface Section {
  /** How their place is written: that of the key, and `[]` for a list's entries or `.NAME` for those of a map. */
  readonly path: string;
  readonly object: Node;
}

const sectionOf = (value: Node, path: string): Section | undefined => {
  const {properties, items, additionalProperties: entries} = value;
  if (properties !== undefined) return {path, object: value};
  if (items !== undefined && 'properties' in items) return sectionOf(items, `${path}[]`);
  return typeof entries === 'object' ? sectionOf(entries, `${path}.NAME`) : undefined;
};

const numberText = ({type, minimum, maximum}: Node): string => {
  const kind = type === 'integer' ? 'whole number' : 'number';
  // zod bounds every whole number by what a double can hold.
  const to = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum === undefined) return kind;
  return to === undefined ? `${kind}, at least ${minimum}` : `${kind}, ${minimum} to ${to}`;
};

/** Which values a key takes, in words. */
const valuesOf = (value: Node): string => {
  const {type, title, items, anyOf, additionalProperties: entries} = value;
  if (value.not !== undefined) return 'none';
  if (title !== undefined) return title;
  if (value.enum !== undefined) return codes(value.enum.map(String));
  if (anyOf !== undefined) {
    const kinds = anyOf.filter((each) => each.type !== 'null').map(valuesOf);
    return [...new Set(kinds)].join(', or ');
  }
  switch (type) {
    case 'boolean':
      return codes(['true', 'false']);
    case 'integer':
    case 'number':
      return numberText(value);
    case 'array':
      return items !== undefined && 'type' in items ? `list: ${valuesOf(items)}` : 'list of texts';
    case 'object':
      return typeof entries === 'object' ? `by name: ${valuesOf(entries)}` : 'keys';
    default:
      return 'text';
  }
};

const defaultOf = (value: Node, isRequired: boolean): string => {
  if (isRequired) return 'needed';
  if (value.default === undefined) return '–';
  if (value.default === '') return 'empty';
  return code(
    typeof value.default === 'string' ? value.default : JSON.stringify(value.default).replaceAll(',', ', '),
  );
};

/** The anchor that GitHub gives a heading. */
const anchorOf = (path: string): string => path.toLowerCase().replace(/[^a-z0-9_-]/g, '');

/** The keys of an object, and of those below it, that nothing is said of. */
const undescribed = ({object, path}: Section): readonly string[] =>
  Object.entries(object.properties ?? {}).flatMap(([key, value]) => {
    const place = path === '' ? key : `${path}.${key}`;
    const section = sectionOf(value, place);
    const below = section === undefined ? [] : undescribed(section);
    return value.description === undefined ? [place, ...below] : below;
  });

/**
 * The tables of an object and of those below it. An object that has the same keys as one before, or as one that is less
 * deep, is not shown again.
 * @param shown the places of the objects that were, by their schemas.
 */
const tablesOf = ({object, path}: Section, shown: Map<string, string>): string => {
  const below: (Section & {readonly description: string})[] = [];
  const rows = Object.entries(object.properties ?? {}).map(([key, value]) => {
    const place = path === '' ? key : `${path}.${key}`;
    const {description = ''} = value;
    const isRequired = object.required?.includes(key) === true;
    const section = sectionOf(value, place);
    if (section === undefined) {
      return [code(key), valuesOf(value), defaultOf(value, isRequired), description];
    }
    const identity = JSON.stringify(section.object.properties);
    const shownAt = shown.get(identity) ?? section.path;
    if (!shown.has(identity)) below.push({...section, description});
    shown.set(identity, shownAt);
    return [
      code(key),
      `keys of [${code(shownAt)}](#${anchorOf(shownAt)})`,
      isRequired ? 'needed' : '–',
      description,
    ];
  });
  const tables = below.map(
    (each) => `\n## ${code(each.path)}\n\n${each.description}\n\n${tablesOf(each, shown)}`,
  );
  return table(['key', 'values', 'default', 'meaning'], rows) + tables.join('');
};

/** docs/configuration.md: every key of the configuration, from its schema. Throws where one has no description there. */
export const configurationReference = (): string => {
  const root = {object: node.parse(configJsonSchema()), path: ''};
  const lacking = undescribed(root);
  if (lacking.length > 0) throw new Error(`keys without .describe() in src/config: ${lacking.join(', ')}`);
  return `# Configuration keys

<!-- Written by \`npm run generate\` from the schema in src/config. -->

What the file is and how its values work together is in the [README](../README.md#configuration). Each key is a flag and a
variable too: \`web.listen\` is \`--web-listen\` and \`SPEEDTEST_BRIDGE_WEB_LISTEN\`. Where a key belongs to a list's entries, as
in \`jobs\` and \`remote_write\`, its flag or variable sets that of the first entry: \`--remote-write-url\` and
\`SPEEDTEST_BRIDGE_REMOTE_WRITE_URL\` are \`remote_write[0].url\`.

${tablesOf(root, new Map())}`;
};
