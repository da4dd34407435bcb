import {z} from 'zod';
import type {ProxySettings} from '../../delivery/http/settings.ts';
import {httpUrl, nonEmpty} from '../fields.ts';
import {wholeSentence} from '../problem.ts';
import {proxyHeaders} from './headers.ts';

/** The keys that say which proxy to go through. They stand among those of the destination or of `oauth2`. */
export const proxyKeys = {
  proxy_url: httpUrl.optional().describe('The HTTP proxy to go through.'),
  no_proxy: nonEmpty
    .optional()
    .describe('Names, addresses and networks that are reached without the proxy, between commas.'),
  proxy_from_environment: z
    .boolean()
    .default(false)
    .describe('Whether the proxy is that of the variables HTTPS_PROXY, HTTP_PROXY and NO_PROXY.'),
  proxy_connect_header: proxyHeaders.optional().describe('Headers for the proxy, of requests to connect.'),
};

type Given = z.output<z.ZodObject<typeof proxyKeys>>;

export const toProxy = (given: Given, context: z.RefinementCtx): ProxySettings | undefined => {
  const {proxy_url: url, no_proxy: noProxy, proxy_connect_header: connectHeaders} = given;
  const fromEnvironment = given.proxy_from_environment;
  const complain = (key: keyof Given, sentence: string): void =>
    context.addIssue({...wholeSentence(sentence), path: [key]});
  if (fromEnvironment && url !== undefined) complain('proxy_url', 'not beside proxy_from_environment');
  if (noProxy !== undefined && url === undefined) complain('no_proxy', 'needs proxy_url');
  if (connectHeaders !== undefined && url === undefined && !fromEnvironment) {
    complain('proxy_connect_header', 'needs proxy_url or proxy_from_environment');
  }
  if (fromEnvironment) return {kind: 'environment', connectHeaders: connectHeaders ?? {}};
  return url && {kind: 'fixed', url, noProxy: noProxy ?? '', connectHeaders: connectHeaders ?? {}};
};
