/** One metric of a `Server-Timing` header. */
export interface ServerTiming {
  readonly name: string;
  /** The metric's `dur`, in milliseconds; absent where it has none, or none that is a number. */
  readonly durationMs?: number;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"; // RFC 9110, section 5.6.2
const quoted = '"(?:[^"\\\\]|\\\\.)*"?';
const metrics = new RegExp(`(?:[^",]|${quoted})+`, 'g');
const sections = new RegExp(`(?:[^";]|${quoted})+`, 'g');
const metricName = new RegExp(`^[ \\t]*(${token})`);
const duration = new RegExp(`^[ \\t]*dur[ \\t]*=[ \\t]*(?:"([^"\\\\]*)"|(${token}))`, 'i');
const decimal = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const durationOf = (parameters: readonly string[]): number | undefined => {
  const first = parameters.find((parameter) => /^[ \t]*dur[ \t]*=/i.test(parameter));
  const [, inQuotes, plain = ''] = duration.exec(first ?? '') ?? [];
  const text = inQuotes ?? plain;
  const value = decimal.test(text) ? Number.parseFloat(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
};

/**
 * The metrics of a `Server-Timing` header (W3C Server Timing, section 2), in their order. Of a parameter that comes
 * twice the first counts, and what is malformed is passed over, as that section has it.
 */
export const parseServerTiming = (header: string): readonly ServerTiming[] =>
  [...header.matchAll(metrics)].flatMap(([metric]) => {
    const [first = '', ...parameters] = [...metric.matchAll(sections)].map(([section]) => section);
    const name = metricName.exec(first)?.[1];
    if (name === undefined) return [];
    const durationMs = durationOf(parameters);
    return [{name, ...(durationMs !== undefined && {durationMs})}];
  });

/** How Cloudflare names the time of the whole request, and the parts that make it up where it does not tell the whole. */
const wholeRequest = /^cfReq(?:uest)?Dur(?:ation)?$/i;
const partOfRequest = /^cfSpeed/i;

/**
 * How long a server worked on an answer, in milliseconds, as its `Server-Timing` header tells; 0 where it does not.
 * Cloudflare's own metrics go first. Of others the longest counts: they may overlap, but the server was at work for
 * each of them.
 */
export const serverTimeMs = (header: string): number => {
  const timings = parseServerTiming(header);
  const whole = timings.find(({name}) => wholeRequest.test(name))?.durationMs;
  if (whole !== undefined) return whole;
  const parts = timings.filter(({name}) => partOfRequest.test(name));
  if (parts.length > 0) return parts.reduce((sum, {durationMs = 0}) => sum + durationMs, 0);
  return timings.reduce((longest, {durationMs = 0}) => Math.max(longest, durationMs), 0);
};
