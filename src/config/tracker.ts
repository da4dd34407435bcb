import {z} from 'zod';
import {httpUrl, nonEmpty, oneSecret, positiveDuration, secretFile, secretText} from './fields.ts';
import {timeZone} from './job.ts';

/** A Speedtest Tracker whose webhook tells of new results, and how its API is asked for them. */
export const tracker = z
  .strictObject({
    url: httpUrl.describe('Its address.'),
    token: secretText
      .optional()
      .describe('An API token of its own, with the ability results:read; or token_file.'),
    token_file: secretFile.optional().describe('A file with the token.'),
    job: nonEmpty
      .prefault('speedtest')
      .describe('The job that its results are of; that of import --job for the history.'),
    timezone: timeZone.default('UTC').describe('IANA time zone of its times, which is its APP_TIMEZONE.'),
    interval: positiveDuration
      .prefault('1h')
      .describe('How often it tests. After three times as long without a result its series are ended.'),
  })
  .transform((given, context) => ({
    url: given.url,
    token: oneSecret('token', given.token, given.token_file, context),
    job: given.job,
    timeZone: given.timezone,
    intervalMs: given.interval,
  }));
