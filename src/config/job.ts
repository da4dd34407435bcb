import {isIP} from 'node:net';
import {z} from 'zod';
import {engineNames} from '../engine/engines.ts';
import {reservedLabels} from '../metrics/labels.ts';
import {createSchedule, cronProblem} from '../scheduler/schedule.ts';
import {isTimeZone, systemTimeZone} from '../scheduler/zone.ts';
import {dataSize, duration, labelName, nonEmpty, parsed, positiveDuration} from './fields.ts';
import {thresholds} from './thresholds.ts';

const cron = z.string().superRefine((expression, context) => {
  const problem = cronProblem(expression);
  if (problem !== undefined) {
    context.addIssue({code: 'custom', message: `a cron expression of five or six fields (${problem})`});
  }
});

export const timeZone = parsed(
  (name) => (isTimeZone(name) ? name : undefined),
  'an IANA time zone such as Europe/Berlin',
);

const sourceAddress = z.string().refine((address) => isIP(address) !== 0, 'an IP address of this machine');

const jobLabels = z.record(
  labelName.refine(
    (name) => !reservedLabels.includes(name),
    'a label that speedtest-bridge does not set itself',
  ),
  z.string(),
);

/** An entry of `jobs`. */
export const job = z
  .strictObject({
    name: nonEmpty
      .prefault('speedtest')
      .describe(
        'Unique among the jobs. With several jobs, also ones that are gone, it is the label job_name of their series.',
      ),
    schedule: cron.describe(
      'When to test, as a cron expression of five fields, or six with seconds first. Minutes away from the full hour find less crowded servers.',
    ),
    timezone: timeZone
      .optional()
      .describe("The IANA time zone in which the expression is read; without it, the system's."),
    jitter: duration
      .prefault('0s')
      .describe(
        'Each run is delayed by up to this long, which has to be less than the time between two runs.',
      ),
    engines: z
      .array(z.enum(engineNames))
      .min(1, 'at least one engine')
      .describe('Engines in the order to try them: the first that works gives the result.'),
    timeout: positiveDuration.prefault('2m').describe("Bound on each engine's attempt."),
    run_at_start: z.boolean().default(false).describe('Whether to test once when the bridge starts.'),
    labels: jobLabels.default({}).describe("Labels of this job's series, such as the line's name."),
    data_budget: dataSize
      .optional()
      .describe(
        "How much the job's tests may move in a calendar month of its time zone; runs that would exceed it are skipped.",
      ),
    thresholds: thresholds.prefault({}).describe('What a healthy line reaches. They set the label healthy.'),
    source_address: sourceAddress
      .optional()
      .describe(
        "Address of this machine from which tests go out, such as that of one of several lines; without it, the system's choice. The engine embedded has no use for it.",
      ),
    ip_family: z
      .literal([4, 6])
      .optional()
      .describe(
        'The version of IP to test over; without it, that of source_address, or whichever answers. The engine embedded has no use for it.',
      ),
  })
  .refine(
    ({source_address: address, ip_family: family}) =>
      address === undefined || family === undefined || isIP(address) === family,
    {path: ['source_address'], message: 'an address of the ip_family'},
  )
  .transform((given) => ({
    name: given.name,
    schedule: createSchedule(given.schedule, given.timezone ?? systemTimeZone()),
    jitterMs: given.jitter,
    engines: given.engines,
    timeoutMs: given.timeout,
    runAtStart: given.run_at_start,
    labels: given.labels,
    thresholds: given.thresholds,
    ...(given.data_budget !== undefined && {dataBudgetBytes: given.data_budget}),
    network: {
      ...(given.source_address !== undefined && {sourceAddress: given.source_address}),
      ...(given.ip_family !== undefined && {ipFamily: given.ip_family}),
    },
  }));
