/** A line that holds a value. */
export interface OpenMetricsSample {
  readonly name: string;
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly timestampSeconds: number | undefined;
}

export interface OpenMetricsFamily {
  readonly name: string;
  readonly type: 'gauge' | 'info';
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly OpenMetricsSample[];
}

/** Reads a text from left to right. */
const createReader = (text: string) => {
  let at = 0;
  const refuse = (wanted: string): never => {
    throw new Error(`expected ${wanted} at ${JSON.stringify(text.slice(at, at + 40))}`);
  };
  /** Takes what matches here, which must be something. */
  const take = (pattern: RegExp, wanted: string): string => {
    const sticky = new RegExp(pattern, `${pattern.flags}suy`);
    sticky.lastIndex = at;
    const [taken] = sticky.exec(text) ?? [];
    if (taken === undefined) return refuse(wanted);
    at += taken.length;
    return taken;
  };
  const isNext = (words: string): boolean => text.startsWith(words, at);
  const skip = (words: string): boolean => {
    const found = isNext(words);
    if (found) at += words.length;
    return found;
  };
  const expect = (words: string): void => {
    if (!skip(words)) refuse(JSON.stringify(words));
  };
  return {take, skip, expect, refuse, isNext, isAtEnd: () => at === text.length};
};
type Reader = ReturnType<typeof createReader>;

// ABNF: metricname, label-name, escaped-string, realnumber.
const metricName = /[a-zA-Z_:][a-zA-Z0-9_:]*/;
const labelName = /[a-zA-Z_][a-zA-Z0-9_]*/;
const escapedText = /(?:[^\\"\n]|\\[\\"n])*/;
const number = /[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?)|nan/i;

const unescaped = (text: string): string =>
  text.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char));

const toNumber = (text: string): number => {
  const lower = text.toLowerCase();
  if (lower === 'nan') return Number.NaN;
  if (lower.includes('inf')) return lower.startsWith('-') ? -Infinity : Infinity;
  return Number.parseFloat(text);
};

const takeNumber = (reader: Reader): number => toNumber(reader.take(number, 'a number'));

const takeLabels = (reader: Reader): readonly (readonly [string, string])[] => {
  const labels: [string, string][] = [];
  if (!reader.skip('{')) return labels;
  while (!reader.skip('}')) {
    if (labels.length > 0) reader.expect(',');
    const name = reader.take(labelName, "a label's name");
    if (labels.some(([other]) => other === name)) throw new Error(`label ${name} is there twice`);
    reader.expect('="');
    labels.push([name, unescaped(reader.take(escapedText, "a label's value"))]);
    reader.expect('"');
  }
  return labels;
};

const takeSample = (reader: Reader): OpenMetricsSample => {
  const name = reader.take(metricName, "a metric's name");
  const labels = takeLabels(reader);
  reader.expect(' ');
  const value = takeNumber(reader);
  const timestampSeconds = reader.skip(' ') ? takeNumber(reader) : undefined;
  reader.expect('\n');
  return {name, labels, value, timestampSeconds};
};

/** The value of a line of metadata, where the next line is one of this family. */
const takeMetadata = (reader: Reader, keyword: 'UNIT' | 'HELP', name: string): string | undefined => {
  if (!reader.skip(`# ${keyword} ${name} `)) return undefined;
  const value =
    keyword === 'UNIT' ? reader.take(/[a-z_]+/, 'a unit') : unescaped(reader.take(escapedText, 'help'));
  reader.expect('\n');
  return value;
};

const checkSamples = ({name, type, unit, samples}: OpenMetricsFamily): void => {
  const suffix = type === 'info' ? '_info' : '';
  if (unit !== '' && (type === 'info' || !name.endsWith(`_${unit}`)))
    throw new Error(`${name} has the unit ${unit}`);
  const seen: string[] = [];
  for (const sample of samples) {
    if (sample.name !== name + suffix) throw new Error(`${sample.name} is in the family ${name}`);
    if (type === 'info' && sample.value !== 1)
      throw new Error(`${name} is an info metric of ${sample.value}`);
    const key = JSON.stringify([...sample.labels].sort(([a], [b]) => (a < b ? -1 : 1)));
    const isNext = seen.at(-1) === key && sample.timestampSeconds !== undefined;
    if (seen.includes(key) && !isNext) throw new Error(`the series ${name} ${key} is not in one piece`);
    seen.push(key);
  }
};

/**
 * Reads OpenMetrics 1.0 as strictly as its specification has it, of gauges and info metrics, whose lines of TYPE, UNIT and HELP
 * come in this order. Throws on anything else. It shares nothing with the encoder that it checks.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/ "ABNF", "Overall Structure", "MetricFamily metadata", "Suffixes"
 */
export const parseOpenMetrics = (text: string): readonly OpenMetricsFamily[] => {
  const reader = createReader(text);
  const families: OpenMetricsFamily[] = [];
  while (!reader.skip('# EOF\n')) {
    reader.expect('# TYPE ');
    const name = reader.take(metricName, "a family's name");
    const type = reader.skip(' gauge\n') ? 'gauge' : 'info';
    if (type === 'info') reader.expect(' info\n');
    const unit = takeMetadata(reader, 'UNIT', name) ?? '';
    const help = takeMetadata(reader, 'HELP', name) ?? '';
    const samples: OpenMetricsSample[] = [];
    while (!reader.isNext('#')) samples.push(takeSample(reader));
    const family = {name, type, unit, help, samples} as const;
    checkSamples(family);
    families.push(family);
  }
  // "The name of a MetricFamily MUST NOT result in a potential clash for sample metric names".
  const names = families.flatMap(({name, type}) => (type === 'info' ? [name, `${name}_info`] : [name]));
  if (new Set(names).size < names.length) throw new Error('two families have the same name');
  if (!reader.isAtEnd()) reader.refuse('nothing behind # EOF');
  return families;
};
