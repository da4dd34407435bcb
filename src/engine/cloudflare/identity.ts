import {z} from 'zod';
import type {TestServer} from '../../result.ts';
import {askText, type SessionOptions} from '../native/session.ts';
import type {CloudflareService} from './service.ts';

/**
 * The server that an answer of `/cdn-cgi/trace` tells of. Its id is the data centre's code, that of the airport near
 * it. Its country is the one in which the service takes the client to be, the only one that it tells.
 */
export const parseTrace = (text: string): Pick<TestServer, 'id' | 'name' | 'country'> => {
  const told = (key: string, form: RegExp): string | undefined => {
    const line = text.split(/\r?\n/).find((each) => each.startsWith(`${key}=`));
    const value = line?.slice(key.length + 1) ?? '';
    return form.test(value) ? value : undefined;
  };
  const colo = told('colo', /^[A-Z]{3}$/);
  const country = told('loc', /^(?!XX)[A-Z][A-Z0-9]$/); // XX is what it says where it does not know
  return {
    ...(colo !== undefined && {id: colo}),
    name: colo === undefined ? 'Cloudflare' : `Cloudflare ${colo}`,
    ...(country !== undefined && {country}),
  };
};

const meta = z.object({asOrganization: z.string().trim().min(1)});

/** The provider's name in an answer of `/meta`; `undefined` where it has none. */
export const parseProvider = (text: string): string | undefined => {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined; // empty for whoever is not the service's own page
  }
  return meta.safeParse(answer).data?.asOrganization;
};

export interface CloudflareIdentity {
  readonly server: Pick<TestServer, 'id' | 'name' | 'country'>;
  readonly isp?: string;
}

/** Asks who answers, and who asks. What is not told is absent: a test is not given up for names. */
export const askIdentity = async (
  {trace, meta: metaUrl}: CloudflareService,
  settings: SessionOptions,
  signal: AbortSignal,
): Promise<CloudflareIdentity> => {
  const [traced = '', answer = ''] = await Promise.all([
    askText(trace, settings, signal),
    askText(metaUrl, settings, signal),
  ]);
  const isp = parseProvider(answer);
  return {server: parseTrace(traced), ...(isp !== undefined && {isp})};
};
