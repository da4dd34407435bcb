import type {z} from 'zod';
import type {HttpSettings} from '../../delivery/http/settings.ts';
import type {Secret} from '../../secret.ts';
import {httpUrl, positiveDuration} from '../fields.ts';
import {connectionKeys, toConnection, withTokenTimeout} from './connection.ts';
import {headers, mergeHeaders} from './headers.ts';

/** The keys that say how to reach a destination: where it is, and how to connect. */
export const httpKeys = {
  url: httpUrl.describe('The address, http:// or https://.'),
  headers: headers.default({}).describe('Headers of each request, such as X-Scope-OrgID.'),
  remote_timeout: positiveDuration.prefault('30s').describe('Bound on each request.'),
  ...connectionKeys,
};

type Given = z.output<z.ZodObject<typeof httpKeys>>;

export const toHttpSettings = (
  given: Given,
  context: z.RefinementCtx,
): HttpSettings & {readonly headers: Readonly<Record<string, Secret>>} => {
  const {url, remote_timeout: timeoutMs} = given;
  return {
    url,
    headers: mergeHeaders(given.headers, given.http_headers, context),
    timeoutMs,
    ...withTokenTimeout(toConnection(given, context), timeoutMs),
  };
};
