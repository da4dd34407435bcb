import {compress} from 'snappyjs';
import {createHttpClient} from '../delivery/http/client.ts';
import type {HttpSettings} from '../delivery/http/settings.ts';
import {combined, outcomeOf} from '../delivery/outcome.ts';
import type {LiveSeries, Outcome, ReadyBatch, Sink} from '../delivery/sink.ts';
import type {JournalRow} from '../journal/journal.ts';
import type {Mapping} from '../metrics/map.ts';
import {seriesAt, seriesNames, seriesOfBatch} from './batch.ts';
import {createSentLabels, type Relabel} from './labels.ts';
import {createNegotiation, type Exchange} from './negotiation.ts';
import {divide} from './parts.ts';
import type {ProtobufMessage, Protocol} from './protocol.ts';
import type {TimeSeries} from './series.ts';
import {v2} from './v2.ts';
import {samplesWritten} from './written.ts';

export interface RemoteWriteSettings {
  readonly name: string;
  readonly http: HttpSettings;
  /** Labels that every series gets besides its own: `job`, `instance` and whatever the user adds. */
  readonly labels: Readonly<Record<string, string>>;
  /** What to send: remote write 1.0, or 2.0 to receivers that speak it. 1.0 when left out. */
  readonly protobufMessage?: ProtobufMessage;
  /** Whether an answer of 429 is tried again; true when left out. */
  readonly retryOn429?: boolean;
  /**
   * Most requests under way at the same time while a backlog drains; 1 when left out. More are for receivers that take
   * samples in any order: the series of one request may then be far ahead in time of those of another.
   */
  readonly connections?: number;
  /** Rewrites or drops each series by its complete label set. */
  readonly relabel?: Relabel;
}

const samplesIn = (series: readonly TimeSeries[]): number =>
  series.reduce((sum, {values}) => sum + values.length, 0);

/** Only a 2.0 receiver tells what it wrote. It must not say yes to less than all of it, but some do. */
const unwrittenOf = ({protocol, answer}: Exchange, samples: number): number => {
  const written = protocol === v2 && answer.kind === 'response' ? samplesWritten(answer) : undefined;
  return written === undefined ? 0 : Math.max(0, samples - written);
};

/** A request's body, and how many samples are in it. */
interface Message {
  readonly body: Uint8Array;
  readonly samples: number;
}

const toMessage = (series: readonly TimeSeries[], {encode}: Protocol): Message => ({
  // Copied, for what `compress` gives is the beginning of a buffer as large as the message may get.
  body: new Uint8Array(compress(encode(series))),
  samples: samplesIn(series),
});

/**
 * Delivers every result by Prometheus remote write, each sample at the time its test ended.
 * A batch is one request, grouped by series; or several, where more than one connection is allowed.
 * @param version this program's, for the User-Agent.
 * @param now the time in Unix milliseconds.
 */
export const remoteWriteSink = (
  settings: RemoteWriteSettings,
  map: Mapping,
  version: string,
  now: () => number = Date.now,
): Sink => {
  const {connections = 1} = settings;
  const http = createHttpClient({...settings.http, connections});
  const sentLabels = createSentLabels(Object.entries(settings.labels), settings.relabel);
  const negotiation = createNegotiation(settings.protobufMessage ?? 'prometheus.WriteRequest', now);
  const commonHeaders = {'content-encoding': 'snappy', 'user-agent': `speedtest-bridge/${version}`};

  const send = async (messageIn: (protocol: Protocol) => Message, signal: AbortSignal): Promise<Outcome> => {
    let samples = 0;
    const exchange = await negotiation.exchange((protocol) => {
      const headers = {...commonHeaders, ...protocol.headers};
      const message = messageIn(protocol);
      samples = message.samples;
      return http.send({method: 'POST', headers, body: message.body}, signal);
    });
    const outcome = outcomeOf(exchange.answer, now(), settings.retryOn429);
    const unwritten = unwrittenOf(exchange, samples);
    return outcome.kind === 'accepted' && unwritten > 0 ? {...outcome, unwritten} : outcome;
  };

  /** @param again gives the same series, for a request in another version of the protocol. */
  const prepare = (
    series: readonly TimeSeries[],
    again: () => readonly TimeSeries[],
  ): Pick<ReadyBatch, 'bytes' | 'send'> => {
    const likely = negotiation.likely();
    const left = new Map(
      divide(series, connections).map((part, index) => [index, toMessage(part, likely)] as const),
    );
    const inAnother = (protocol: Protocol, index: number): Message =>
      toMessage(divide(again(), connections)[index] ?? [], protocol);
    const sendPart = async ([index, message]: [number, Message], signal: AbortSignal): Promise<Outcome> => {
      const outcome = await send(
        (protocol) => (protocol === likely ? message : inAnother(protocol, index)),
        signal,
      );
      // What has been taken is not sent again with what has not.
      if (outcome.kind === 'accepted') left.delete(index);
      return outcome;
    };
    return {
      bytes: [...left.values()].reduce((sum, {body}) => sum + body.length, 0),
      send: async (signal) => combined(await Promise.all([...left].map((part) => sendPart(part, signal)))),
    };
  };
  const sendNow = (series: readonly TimeSeries[], signal: AbortSignal): Promise<Outcome> =>
    prepare(series, () => series).send(signal);
  const seriesOf = (batch: readonly JournalRow[], live: readonly LiveSeries[]) =>
    seriesOfBatch(batch, map, sentLabels, live);

  return {
    name: settings.name,
    backlog: 'every',
    deliver: (batch, signal) => sendNow(seriesOf(batch, []).series, signal),
    timeline: {
      prepare: (batch, before, again) => {
        const {series, live} = seriesOf(batch, before);
        return {live, ...prepare(series, () => seriesOf(again(), before).series)};
      },
      seriesOf: (row) => seriesNames(row, map, sentLabels),
      repeat: (rows, ended, atMs, signal) => sendNow(seriesAt(rows, ended, map, sentLabels, atMs), signal),
    },
    // An empty request, which stores nothing, passes through all that a full one does: login, tenant, headers, format.
    probe: (signal) => send((protocol) => toMessage([], protocol), signal),
    sentBytes: () => http.sentBytes(),
    close: () => http.close(),
  };
};
