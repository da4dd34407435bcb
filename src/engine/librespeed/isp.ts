import {askText, type ClientSettings} from '../native/session.ts';

/** The provider's name in a server's answer to `getIP?isp=true`; `undefined` where it has none. */
export const parseIsp = (text: string): string | undefined => {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined; // the protocol lets a server answer in plain text, for people
  }
  if (typeof answer !== 'object' || answer === null || !('rawIspInfo' in answer)) return undefined;
  const info = answer.rawIspInfo;
  if (typeof info !== 'object' || info === null || !('org' in info) || typeof info.org !== 'string')
    return undefined;
  const name = info.org.replace(/^AS\d+\s+/, '').trim();
  return name === '' ? undefined : name;
};

/**
 * Asks a server for the client's provider. `undefined` also when it does not answer as it should: a test is not
 * given up for a name. Rejects only when `signal` aborts.
 */
export const askIsp = async (
  getIp: URL,
  settings: ClientSettings & {readonly timeoutMs: number},
  signal: AbortSignal,
): Promise<string | undefined> => {
  const url = new URL(getIp);
  url.searchParams.set('isp', 'true');
  const text = await askText(url, {...settings, what: `getIP of ${url.host}`}, signal);
  return text === undefined ? undefined : parseIsp(text);
};
