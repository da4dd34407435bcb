import {combined} from '../delivery/outcome.ts';
import type {LiveSeries, Outcome, ReadyBatch, Sink} from '../delivery/sink.ts';
import type {JournalRow} from '../journal/row.ts';
import type {Mapping} from '../metrics/map.ts';
import {seriesAt, seriesNames, seriesOfBatch} from './batch.ts';
import {createSentLabels, type Relabel} from './labels.ts';
import {type Message, messageOf} from './message.ts';
import {divide} from './parts.ts';
import type {Protocol} from './protocol.ts';
import type {Metadata, TimeSeries} from './series.ts';
import {createRemoteWriter, type WriterSettings} from './writer.ts';

export interface RemoteWriteSettings extends WriterSettings {
  readonly name: string;
  /** Labels that every series gets besides its own: `job`, `instance` and whatever the user adds. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Most requests under way at the same time while a backlog drains; 1 when left out. More are for receivers that take
   * samples in any order: the series of one request may then be far ahead in time of those of another.
   */
  readonly connections?: number;
  /** Rewrites or drops each series by its complete label set. */
  readonly relabel?: Relabel;
}

/**
 * Delivers every result by Prometheus remote write, each sample at the time its test ended.
 * A batch is one request, grouped by series; or several, where more than one connection is allowed.
 * @param version this program's, for the User-Agent.
 * @param now the time in Unix milliseconds.
 * @param writer makes the requests, and is closed with the sink.
 */
export const remoteWriteSink = (
  settings: RemoteWriteSettings,
  map: Mapping,
  version: string,
  now: () => number = Date.now,
  writer = createRemoteWriter(settings, version, now),
): Sink => {
  const {connections = 1} = settings;
  const sentLabels = createSentLabels(Object.entries(settings.labels), settings.relabel);
  const metadata = new Map<string, Metadata>();

  /** @param again gives the same series, for a request in another version of the protocol. */
  const prepare = (
    series: readonly TimeSeries[],
    again: () => readonly TimeSeries[],
  ): Omit<ReadyBatch, 'live'> => {
    const likely = writer.likely();
    const left = new Map(
      divide(series, connections).map((part, index) => [index, messageOf(part, likely)] as const),
    );
    const parts = left.size;
    const refusals: Outcome[] = [];
    const inAnother = (protocol: Protocol, index: number): Message =>
      messageOf(divide(again(), connections)[index] ?? [], protocol);
    const sendPart = async ([index, message]: [number, Message], signal: AbortSignal): Promise<Outcome> => {
      const outcome = await writer.send(
        (protocol) => (protocol === likely ? message : inAnother(protocol, index)),
        signal,
      );
      // What has been taken or refused is not sent again with what has not.
      if (outcome.kind !== 'retry') left.delete(index);
      if (outcome.kind === 'rejected') refusals.push(outcome);
      return outcome;
    };
    return {
      bytes: [...left.values()].reduce((sum, {body}) => sum + body.length, 0),
      isBegun: () => left.size < parts,
      send: async (signal) => {
        const before = [...refusals];
        return combined([...before, ...(await Promise.all([...left].map((part) => sendPart(part, signal))))]);
      },
    };
  };
  const sendNow = (series: readonly TimeSeries[], signal: AbortSignal): Promise<Outcome> =>
    prepare(series, () => series).send(signal);
  const seriesOf = (batch: readonly JournalRow[], live: readonly LiveSeries[]) =>
    seriesOfBatch(batch, map, sentLabels, live, metadata);

  return {
    name: settings.name,
    backlog: 'every',
    deliver: (batch, signal) => sendNow(seriesOf(batch, []).series, signal),
    timeline: {
      prepare: (batch, before, again) => {
        const {series, live} = seriesOf(batch, before);
        return {live, ...prepare(series, () => seriesOf(again(), before).series)};
      },
      seriesOf: (row) => seriesNames(row, map, sentLabels, metadata),
      repeat: (rows, ended, atMs, signal) =>
        sendNow(seriesAt(rows, ended, map, sentLabels, atMs, metadata), signal),
    },
    // An empty request, which stores nothing, passes through all that a full one does: login, tenant, headers, format.
    probe: (signal) => writer.send((protocol) => messageOf([], protocol), signal),
    sentBytes: writer.sentBytes,
    close: writer.close,
  };
};
