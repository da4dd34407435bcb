import {z} from 'zod';
import type {HttpSettings} from '../../delivery/http/settings.ts';
import {httpUrl, positiveDuration, withoutEffect} from '../fields.ts';
import type {Secret} from '../secret.ts';
import {headers, httpHeaders, mergeHeaders} from './headers.ts';
import {loginKeys, toLogin} from './login.ts';
import {proxyKeys, toProxy} from './proxy.ts';
import {tlsConfig} from './tls.ts';

/** The keys that say how to reach a destination: those of prometheus.yml's `http_config`, and where it is. */
export const httpKeys = {
  url: httpUrl.describe('The address, http:// or https://.'),
  headers: headers.default({}).describe('Headers of each request, such as X-Scope-OrgID.'),
  remote_timeout: positiveDuration.prefault('30s').describe('Bound on each request.'),
  ...loginKeys,
  tls_config: tlsConfig.optional().describe('TLS of the connection.'),
  ...proxyKeys,
  follow_redirects: z.boolean().default(true).describe('Whether a redirection is followed.'),
  enable_http2: z.boolean().optional().describe(withoutEffect),
  http_headers: httpHeaders.default({}).describe('More headers, with values from files too.'),
};

type Given = z.output<z.ZodObject<typeof httpKeys>>;

export const toHttpSettings = (
  given: Given,
  context: z.RefinementCtx,
): HttpSettings & {readonly headers: Readonly<Record<string, Secret>>} => {
  const {remote_timeout: timeoutMs, tls_config: tls} = given;
  const login = toLogin(given, timeoutMs, context);
  const proxy = toProxy(given, context);
  return {
    url: given.url,
    headers: mergeHeaders(given.headers, given.http_headers, context),
    timeoutMs,
    followRedirects: given.follow_redirects,
    ...(login && {login}),
    ...(tls && {tls}),
    ...(proxy && {proxy}),
  };
};
