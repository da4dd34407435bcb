import {createHash} from 'node:crypto';

/** One of the things that a client says it takes. */
export interface Accepted {
  /** In lower case: `text/plain`, `gzip`, `*`. */
  readonly value: string;
  /** Its parameters but the weight, names in lower case, values without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
  /** From 0, which means not acceptable, to 1. */
  readonly weight: number;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const valuePattern = new RegExp(`^${token}(?:/${token})?$`);
const parameterPattern = new RegExp(`^(${token})=(?:(${token})|"([^"\\\\]*)")$`);
const weightPattern = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

const parseEntry = (entry: string): Accepted | undefined => {
  const [value = '', ...rest] = entry.split(';').map((part) => part.trim());
  if (!valuePattern.test(value)) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    const [, name, plain, quoted] = parameterPattern.exec(part) ?? [];
    if (name === undefined) return undefined;
    parameters.set(name.toLowerCase(), plain ?? quoted ?? '');
  }
  const weight = parameters.get('q') ?? '1';
  if (!weightPattern.test(weight)) return undefined;
  parameters.delete('q');
  return {value: value.toLowerCase(), parameters, weight: Number.parseFloat(weight)};
};

/**
 * Reads an Accept or Accept-Encoding header, in its order; what is malformed in it is left out. Quoted values hold no
 * comma and no semicolon here.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1, https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export const parseAccept = (header: string): readonly Accepted[] =>
  header.split(',').flatMap((entry) => parseEntry(entry.trim()) ?? []);

const weightOf = (
  accepted: readonly Accepted[],
  ...fromSpecific: readonly ((each: Accepted) => boolean)[]
) => {
  for (const matches of fromSpecific) {
    const found = accepted.filter(matches);
    if (found.length > 0) return Math.max(...found.map(({weight}) => weight));
  }
  return 0;
};

/** The formats in which results can be scraped. */
export type Format = 'text' | 'openmetrics';

const isOneOf =
  (value: string, version: string) =>
  (each: Accepted): boolean =>
    each.value === value && (each.parameters.get('version') ?? version) === version;

/**
 * The format that a client wants, by its Accept header: OpenMetrics 1.0 only where it wants that more than the text
 * format 0.0.4, which is for everybody else, those who want neither included.
 */
export const chooseFormat = (header: string | undefined): Format => {
  if (header === undefined) return 'text';
  const accepted = parseAccept(header);
  const isAny = ({value}: Accepted): boolean => value === '*/*';
  const openMetrics = weightOf(
    accepted,
    isOneOf('application/openmetrics-text', '1.0.0'),
    ({value}) => value === 'application/*',
    isAny,
  );
  const text = weightOf(accepted, isOneOf('text/plain', '0.0.4'), ({value}) => value === 'text/*', isAny);
  return openMetrics > text ? 'openmetrics' : 'text';
};

/** Whether a client takes gzip, by its Accept-Encoding header. */
export const acceptsGzip = (header: string | undefined): boolean =>
  header !== undefined &&
  weightOf(
    parseAccept(header),
    ({value}) => value === 'gzip' || value === 'x-gzip',
    ({value}) => value === '*',
  ) > 0;

/** The strong entity tag of a representation: another one wherever a byte differs. */
export const etagOf = (bytes: Buffer): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;

/**
 * Whether a client has the representation already, by its If-None-Match header.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export const hasAlready = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
