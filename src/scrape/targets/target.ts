import {formatDuration, parseDuration} from '../../duration.ts';
import type {Labels} from '../../metrics/sample.ts';
import {LabelEditor} from '../../relabel/label-editor.ts';
import {relabel} from '../../relabel/relabel.ts';
import type {ScrapeJob} from '../job.ts';

/** One page to be scraped time and again. */
export interface Target {
  readonly job: ScrapeJob;
  /** What is added to its series, `job` and `instance` among it; sorted by name. */
  readonly labels: Labels;
  readonly url: URL;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** The targets of a job, and a line for each that can't be one. */
export interface FoundTargets {
  readonly targets: readonly Target[];
  readonly problems: readonly string[];
}

/** Labels of a target before relabelling: those of prometheus.yml's section `<relabel_config>`. */
const discoveredLabels = (
  job: ScrapeJob,
  address: string,
  labels: Readonly<Record<string, string>>,
): Labels => {
  const params = Object.entries(job.params).flatMap(([name, [first]]) =>
    first === undefined ? [] : [[`__param_${name}`, first] as const],
  );
  const settings = {
    job: job.name,
    __scrape_interval__: formatDuration(job.intervalMs),
    __scrape_timeout__: formatDuration(job.timeoutMs),
    __metrics_path__: job.metricsPath,
    __scheme__: job.scheme,
  };
  const given = Object.entries(labels).filter(([, value]) => value !== '');
  const all = new Map([...Object.entries(settings), ['__address__', address], ...given, ...params]);
  return new LabelEditor([...all]).finish();
};

const urlOf = (job: ScrapeJob, labels: ReadonlyMap<string, string>): URL | string => {
  const address = labels.get('__address__') ?? '';
  const scheme = labels.get('__scheme__') ?? '';
  if (address === '') return 'no address';
  if (address.includes('/')) return `${JSON.stringify(address)} is not a valid host and port`;
  if (scheme !== 'http' && scheme !== 'https')
    return `the scheme ${JSON.stringify(scheme)} is not http or https`;
  const base = `${scheme}://${address}`;
  if (!URL.canParse(base)) return `${JSON.stringify(address)} is not a valid host and port`;
  const url = new URL(base);
  url.pathname = labels.get('__metrics_path__') ?? '';
  const params = new Map<string, readonly string[]>(Object.entries(job.params));
  for (const [name, value] of labels) {
    const [, param] = /^__param_(.*)$/s.exec(name) ?? [];
    if (param !== undefined) params.set(param, [value, ...(params.get(param)?.slice(1) ?? [])]);
  }
  for (const [name, values] of [...params].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (const value of values) url.searchParams.append(name, value);
  }
  return url;
};

/** A target from what relabelling left of its labels; a sentence where they make none. */
const toTarget = (job: ScrapeJob, relabelled: Labels): Target | string => {
  const labels = new Map(relabelled);
  const url = urlOf(job, labels);
  if (typeof url === 'string') return url;
  const intervalMs = parseDuration(labels.get('__scrape_interval__') ?? '');
  const timeoutMs = parseDuration(labels.get('__scrape_timeout__') ?? '');
  if (!intervalMs) return `the label __scrape_interval__ is no duration above zero`;
  if (!timeoutMs) return `the label __scrape_timeout__ is no duration above zero`;
  if (timeoutMs > intervalMs) return 'the scrape timeout is longer than the scrape interval';
  if (!labels.has('instance')) labels.set('instance', labels.get('__address__') ?? '');
  const own = new LabelEditor([...labels].filter(([name]) => !name.startsWith('__'))).finish();
  return {job, labels: own, url, intervalMs, timeoutMs};
};

/** A target's address without its parameters, of which some may be secret. */
export const targetName = ({url}: Target): string => `${url.origin}${url.pathname}`;

/** Tells targets apart: those with the same labels and address are one. */
export const targetKey = ({labels, url}: Target): string => JSON.stringify([labels, url.href]);

/**
 * The targets of a job as Prometheus 3 makes them: each address with its labels, those of the job, and `__param_*`,
 * relabelled; `instance` is the address, to which no port is added, unless a rule or label says otherwise.
 */
export const findTargets = (job: ScrapeJob): FoundTargets => {
  const targets = new Map<string, Target>();
  const problems: string[] = [];
  for (const {targets: addresses, labels} of job.groups) {
    for (const address of addresses) {
      const relabelled = relabel(discoveredLabels(job, address, labels), job.relabelRules);
      if (relabelled === undefined) continue;
      const target = toTarget(job, relabelled);
      if (typeof target === 'string') {
        problems.push(`scrape job ${job.name}: target ${JSON.stringify(address)} is left out: ${target}`);
      } else targets.set(targetKey(target), target);
    }
  }
  return {targets: [...targets.values()], problems};
};
