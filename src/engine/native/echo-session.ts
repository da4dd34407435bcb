import {z} from 'zod';
import type {EchoOffer} from '../../reflector/echo-protocol.ts';
import {openConnection} from './connection.ts';
import {silenceFailure} from './failure.ts';
import {type ClientSettings, requestHead} from './session.ts';

/** A session in which a reflector sends datagrams back. */
export interface EchoSession extends EchoOffer {
  /** The addresses of both ends of the connection that opened it, which its datagrams must have too. */
  readonly localAddress: string;
  readonly remoteAddress: string;
}

const offer = z.object({
  port: z.int().min(1).max(65_535),
  session: z.string().regex(/^[0-9a-f]{32}$/),
  count: z.int().min(1),
  perSecond: z.number().min(1),
  lifetimeMs: z.number().min(1),
});

/** The offer in an answer's body; `undefined` for every other text. */
export const parseOffer = (text: string): EchoOffer | undefined => {
  try {
    return offer.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** An offer is far shorter; whatever else a server sends is not kept. */
const longestOffer = 1024;

/**
 * Asks a server to send datagrams back (`echo-protocol.ts`): one POST, on a connection of its own. `undefined` when it
 * does not offer that. Rejects with an `EngineError` when it can't be asked.
 */
export const openEchoSession = async (
  url: URL,
  settings: ClientSettings & {readonly timeoutMs: number},
  signal: AbortSignal,
): Promise<EchoSession | undefined> => {
  const what = `opening of a UDP session at ${url.host}`;
  const {userAgent, timeoutMs} = settings;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(silenceFailure(what, 'no answer', timeoutMs)), timeoutMs);
  try {
    const connection = await openConnection(url, {...settings, what}, AbortSignal.any([signal, stop.signal]));
    const {localAddress, remoteAddress} = connection.ends();
    let text = '';
    const answer = await connection.exchange({
      head: requestHead('POST', url, userAgent, 0),
      onBody: (bytes) => {
        if (text.length < longestOffer) text += bytes.toString('latin1');
      },
    });
    if (answer === 'ended' || answer.head.status !== 200) return undefined;
    const offered = parseOffer(text);
    if (offered === undefined || localAddress === undefined || remoteAddress === undefined) return undefined;
    return {...offered, localAddress, remoteAddress};
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
};
