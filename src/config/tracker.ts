import {z} from 'zod';
import {httpUrl, nonEmpty, oneSecret, positiveDuration, secretFile, secretText} from './fields.ts';
import {timeZone} from './job.ts';

/** A Speedtest Tracker whose webhook tells of new results, and how its API is asked for them. */
export const tracker = z
  .strictObject({
    url: httpUrl,
    token: secretText.optional(),
    token_file: secretFile.optional(),
    job: nonEmpty.default('speedtest'),
    timezone: timeZone.default('UTC'),
    interval: positiveDuration.prefault('1h'),
  })
  .transform((given, context) => ({
    url: given.url,
    token: oneSecret('token', given.token, given.token_file, context),
    job: given.job,
    timeZone: given.timezone,
    intervalMs: given.interval,
  }));
