import {z} from 'zod';
import type {HttpSettings} from '../../delivery/http/settings.ts';
import {withoutEffect} from '../fields.ts';
import {httpHeaders} from './headers.ts';
import {type Login, loginKeys, toLogin} from './login.ts';
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

/** How to connect and log in, before it is known how long a request may take. */
type Connection = Pick<HttpSettings, 'followRedirects' | 'tls' | 'proxy'> & {readonly login?: Login};

/** What the keys say; their problems go to the context. */
export const toConnection = (given: Given, context: z.RefinementCtx): Connection => {
  const {follow_redirects: followRedirects, tls_config: tls} = given;
  const login = toLogin(given, context);
  const proxy = toProxy(given, context);
  return {followRedirects, ...(login && {login}), ...(tls && {tls}), ...(proxy && {proxy})};
};

/** Adds how long a request of a token may take. */
export const withTokenTimeout = (
  {login, ...others}: Connection,
  timeoutMs: number,
): Omit<HttpSettings, 'url' | 'headers' | 'timeoutMs'> => {
  if (login === undefined) return others;
  return {...others, login: login.kind === 'oauth2' ? {...login, http: {...login.http, timeoutMs}} : login};
};
