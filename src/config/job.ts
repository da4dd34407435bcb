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
    name: nonEmpty.default('speedtest'),
    schedule: cron,
    timezone: timeZone.optional(),
    jitter: duration.prefault('0s'),
    engines: z.array(z.enum(engineNames)).min(1, 'at least one engine'),
    timeout: positiveDuration.prefault('2m'),
    run_at_start: z.boolean().default(false),
    labels: jobLabels.default({}),
    data_budget: dataSize.optional(),
    thresholds: thresholds.prefault({}),
    source_address: sourceAddress.optional(),
    ip_family: z.literal([4, 6]).optional(),
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
