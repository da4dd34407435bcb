import {z} from 'zod';
import type {HttpSettings} from '../../delivery/http/settings.ts';
import {withoutEffect} from '../fields.ts';
import {httpHeaders} from './headers.ts';
import {loginKeys, toLogin} from './login.ts';
import {proxyKeys, toProxy} from './proxy.ts';
import {tlsConfig} from './tls.ts';

/** The keys of prometheus.yml's `http_config`, and `sigv4`. */
export const connectionKeys = {
  ...loginKeys,
  tls_config: tlsConfig.optional().describe('TLS of the connection.'),
  ...proxyKeys,
  follow_redirects: z.boolean().default(true).describe('Whether a redirection is followed.'),
  enable_http2: z.boolean().optional().describe(withoutEffect),
  http_headers: httpHeaders.default({}).describe('Headers of each request, with values from files too.'),
};

type Given = Omit<z.output<z.ZodObject<typeof connectionKeys>>, 'enable_http2' | 'http_headers'>;

/** @param timeoutMs for a request of a token. */
export const toConnection = (
  given: Given,
  timeoutMs: number,
  context: z.RefinementCtx,
): Pick<HttpSettings, 'followRedirects' | 'login' | 'tls' | 'proxy'> => {
  const {follow_redirects: followRedirects, tls_config: tls} = given;
  const login = toLogin(given, timeoutMs, context);
  const proxy = toProxy(given, context);
  return {followRedirects, ...(login && {login}), ...(tls && {tls}), ...(proxy && {proxy})};
};
