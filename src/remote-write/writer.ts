import {createHttpClient} from '../delivery/http/client.ts';
import type {HttpSettings} from '../delivery/http/settings.ts';
import {outcomeOf} from '../delivery/outcome.ts';
import type {Outcome} from '../delivery/sink.ts';
import type {Message} from './message.ts';
import {createNegotiation, type Exchange} from './negotiation.ts';
import type {ProtobufMessage, Protocol} from './protocol.ts';
import {v2} from './v2.ts';
import {samplesWritten} from './written.ts';

export interface WriterSettings {
  readonly http: HttpSettings;
  /** What to send: remote write 1.0, or 2.0 to receivers that speak it. 1.0 when left out. */
  readonly protobufMessage?: ProtobufMessage;
  /** Whether an answer of 429 is tried again; true when left out. */
  readonly retryOn429?: boolean;
  /** Most requests under way at the same time; 1 when left out. */
  readonly connections?: number;
}

/** Makes remote-write requests to one receiver, in the version that it speaks. */
export interface RemoteWriter {
  /** The version in which the next request will be made first. */
  likely(): Protocol;
  /**
   * Makes one attempt; two requests, where it takes the first to find out the version. Throws only when `signal` aborts.
   * @param messageIn gives the message in a version.
   */
  send(messageIn: (protocol: Protocol) => Message, signal: AbortSignal): Promise<Outcome>;
  /** The bytes of all requests' bodies so far. */
  sentBytes(): number;
  close(): Promise<void>;
}

/**
 * How many samples a receiver left out, which only one of 2.0 tells. It must not say yes to less than all of them, but some
 * do.
 */
const unwrittenOf = ({protocol, answer}: Exchange, samples: number): number | undefined => {
  const written = protocol === v2 && answer.kind === 'response' ? samplesWritten(answer) : undefined;
  return written === undefined ? undefined : Math.max(0, samples - written);
};

/** With what a receiver says that it left out: of what it refused, it may be none, where another thing in it is wrong. */
const withUnwritten = (outcome: Outcome, unwritten: number | undefined): Outcome => {
  if (outcome.kind === 'retry' || unwritten === undefined) return outcome;
  return outcome.kind === 'accepted' && unwritten === 0 ? outcome : {...outcome, unwritten};
};

/**
 * @param version this program's, for the User-Agent.
 * @param now the time in Unix milliseconds.
 */
export const createRemoteWriter = (
  {http: settings, protobufMessage = 'prometheus.WriteRequest', retryOn429, connections = 1}: WriterSettings,
  version: string,
  now: () => number = Date.now,
): RemoteWriter => {
  const http = createHttpClient({...settings, connections});
  const negotiation = createNegotiation(protobufMessage, now);
  const commonHeaders = {'content-encoding': 'snappy', 'user-agent': `speedtest-bridge/${version}`};
  return {
    likely: negotiation.likely,
    send: async (messageIn, signal) => {
      let samples = 0;
      const exchange = await negotiation.exchange((protocol) => {
        const headers = {...commonHeaders, ...protocol.headers};
        const message = messageIn(protocol);
        samples = message.samples;
        return http.send({method: 'POST', headers, body: message.body}, signal);
      });
      return withUnwritten(outcomeOf(exchange.answer, now(), retryOn429), unwrittenOf(exchange, samples));
    },
    sentBytes: () => http.sentBytes(),
    close: () => http.close(),
  };
};
