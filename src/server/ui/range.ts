export const spans = ['day', 'week', 'month', 'year'] as const;
export type Span = (typeof spans)[number];

/** What the charts and the table show: up to now, or between two times in Unix milliseconds. */
export type Range =
  | {readonly kind: 'last'; readonly span: Span}
  | {readonly kind: 'between'; readonly fromMs: number; readonly toMs: number};

const dayMs = 86_400_000;
const spanMs: Readonly<Record<Span, number>> = {
  day: dayMs,
  week: 7 * dayMs,
  month: 30 * dayMs,
  year: 365 * dayMs,
};

export interface Bounds {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The range's ends. One that ends now ends with the next whole minute, so that it doesn't change at each look. */
export const boundsOf = (range: Range, nowMs: number): Bounds => {
  if (range.kind === 'between') return range;
  const toMs = Math.ceil(nowMs / 60_000) * 60_000;
  return {fromMs: toMs - spanMs[range.span], toMs};
};

/** What the address remembers of the view, so that it can be shared. */
export interface View {
  readonly range: Range;
  /** The job whose charts are shown; the first one when absent. */
  readonly job?: string;
}

const timeOf = (text: string | null): number | undefined => {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
};

const rangeOf = (parameters: URLSearchParams): Range => {
  const [fromMs, toMs] = [timeOf(parameters.get('from')), timeOf(parameters.get('to'))];
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs) return {kind: 'between', fromMs, toMs};
  const span = spans.find((each) => each === parameters.get('range'));
  return {kind: 'last', span: span ?? 'day'};
};

/** Reads a location's hash, such as `#range=week&job=wan`; what is malformed counts as absent. */
export const parseView = (hash: string): View => {
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const job = parameters.get('job');
  return {range: rangeOf(parameters), ...(job !== null && {job})};
};

/** The hash that `parseView` reads; whole seconds. */
export const formatView = ({range, job}: View): string => {
  const parameters = new URLSearchParams();
  if (range.kind === 'last') parameters.set('range', range.span);
  else {
    parameters.set('from', new Date(range.fromMs).toISOString().replace(/\.\d+Z$/, 'Z'));
    parameters.set('to', new Date(range.toMs).toISOString().replace(/\.\d+Z$/, 'Z'));
  }
  if (job !== undefined) parameters.set('job', job);
  return `#${parameters.toString().replaceAll('%3A', ':')}`;
};
