import {engineOf, type TestResult, troubleOf} from '../result.ts';
import {byLabelName} from './label-order.ts';
import type {Labels} from './sample.ts';

/**
 * Where the labels that change between results go.
 * `series`: on every series, as Speedtest Tracker has them. `info`: only on the info metric, so that no series ever ends.
 */
export type VolatileLabels = 'series' | 'info';

const contextLabels = [
  'app_name',
  'isp',
  'server_id',
  'server_name',
  'server_country',
  'server_location',
] as const;
const volatileLabels = ['healthy', 'status', 'scheduled'] as const;
const originLabels = ['job_name', 'engine', 'engine_version', 'failure', 'reason'] as const;
const labelNames = [...contextLabels, ...volatileLabels, ...originLabels] as const;

/** The labels that a result's series can have of their own. The info metric has more. */
export const resultLabels: readonly string[] = [...contextLabels, ...volatileLabels];

/** Labels that no job may have for its own, for the mapping or the outputs set them. */
export const reservedLabels: readonly string[] = [...labelNames, 'job', 'instance'];

/** Every label of which a result says something. */
export type LabelName = (typeof labelNames)[number];
type Values = Readonly<Record<string, string | undefined>>;

/** What a result says about each label; the same members for every result, whatever its status. */
const valuesOf = (result: TestResult, appName: string): Readonly<Record<LabelName, string | undefined>> => {
  const completed = result.status === 'completed' ? result : undefined;
  const server = completed?.measurement.server;
  return {
    app_name: appName,
    isp: completed?.measurement.isp,
    server_id: server?.id,
    server_name: server?.name,
    server_country: server?.country,
    server_location: server?.location,
    // Unknown stays unknown: a job without thresholds is neither healthy nor unhealthy.
    healthy: completed?.healthy?.toString(),
    status: result.status,
    scheduled: result.scheduled.toString(),
    job_name: result.job,
    engine: engineOf(result)?.name,
    engine_version: engineOf(result)?.version,
    failure: result.status === 'skipped' ? `skipped-${result.skip.class}` : troubleOf(result)?.class,
    reason: troubleOf(result)?.reason,
  };
};

/** Sorted by name; unknown and empty values left out, which Prometheus treats as the same thing. */
const toLabels = (values: Values): Labels =>
  Object.entries(values)
    // Lone surrogates have no UTF-8 form: each output would replace them in its own way.
    .map(([name, value]) => [name, (value ?? '').toWellFormed()] as const)
    .filter(([, value]) => value !== '')
    .sort(byLabelName);

export interface LabelPolicy {
  readonly appName: string;
  readonly volatileLabels: VolatileLabels;
  /** Labels that the configuration gives to a job's results, by the job's name. */
  readonly jobLabels: Pick<ReadonlyMap<string, Values>, 'get'>;
}

/** The labels of a result's value series, and those of its info series. */
export interface ResultLabels {
  readonly series: Labels;
  readonly info: Labels;
}

const pick = (values: Values, names: readonly LabelName[]): Values =>
  Object.fromEntries(names.map((name) => [name, values[name]]));

/**
 * Gives results their labels. A result that says the same about them as the one of its job before it gets the very same
 * lists, so that whoever groups series can tell by identity.
 */
export const createLabelling = (policy: LabelPolicy): ((result: TestResult) => ResultLabels) => {
  const {appName, jobLabels} = policy;
  const newest = new Map<string, {readonly values: Values; readonly labels: ResultLabels}>();

  return (result) => {
    const values: Values = valuesOf(result, appName);
    const before = newest.get(result.job);
    if (before !== undefined && labelNames.every((name) => before.values[name] === values[name])) {
      return before.labels;
    }
    const context = {...pick(values, contextLabels), ...jobLabels.get(result.job)};
    const all = {...context, ...pick(values, volatileLabels)};
    const labels = {
      series: toLabels(policy.volatileLabels === 'series' ? all : context),
      info: toLabels({...all, ...pick(values, originLabels)}),
    };
    newest.set(result.job, {values, labels});
    return labels;
  };
};
