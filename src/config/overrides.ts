import {parse as parseYaml} from 'yaml';
import {z} from 'zod';
import {schema} from './schema.ts';

/** A value of the configuration that a flag or an environment variable can give. */
export interface Setting {
  /** Its place in the file; the first entry of a list stands for the one-destination case. */
  readonly path: readonly (string | number)[];
  /** `remote-write-basic-auth-username`, without the dashes in front. */
  readonly flag: string;
  /** `SPEEDTEST_BRIDGE_REMOTE_WRITE_BASIC_AUTH_USERNAME`. */
  readonly variable: string;
  readonly kind: 'text' | 'list' | 'other';
}

interface JsonSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  /** Where nothing is accepted. */
  readonly not?: unknown;
}

const isJsonSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;

const settingsOf = (node: JsonSchema, path: readonly (string | number)[]): readonly Setting[] => {
  if (node.properties !== undefined) {
    return Object.entries(node.properties).flatMap(([key, child]) => settingsOf(child, [...path, key]));
  }
  if (node.items?.properties !== undefined) return settingsOf(node.items, [...path, 0]);
  if (node.not !== undefined) return [];
  const words = path.filter((key) => typeof key === 'string').join('_');
  const isText = node.type === 'string' || node.anyOf?.some(({type}) => type === 'string');
  const kind = node.type === 'array' ? 'list' : isText ? 'text' : 'other';
  return [
    {
      path,
      flag: words.replaceAll('_', '-'),
      variable: `SPEEDTEST_BRIDGE_${words.toUpperCase().replaceAll('-', '_')}`,
      kind,
    },
  ];
};

let all: readonly Setting[] | undefined;

/** Every setting that a flag or a variable can give, in the order of the schema. */
export const settings = (): readonly Setting[] => {
  if (all === undefined) {
    const root: unknown = z.toJSONSchema(schema, {io: 'input', unrepresentable: 'any'});
    all = isJsonSchema(root) ? settingsOf(root, []) : [];
  }
  return all;
};

/** A setting's text as the value that the file would hold: lists are separated by commas, the rest is YAML. */
export const readOverride = (text: string, kind: Setting['kind']): unknown => {
  switch (kind) {
    case 'text':
      return text;
    case 'list':
      return text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '');
    case 'other':
      try {
        return parseYaml(text);
      } catch {
        return text;
      }
    default:
      return kind satisfies never;
  }
};
