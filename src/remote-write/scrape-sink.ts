import {createHash} from 'node:crypto';
import type {ScrapePart, ScrapeSink} from '../forwarding/scrape-sink.ts';
import type {Block} from '../scrape/block.ts';
import {describeSeries, type Piece, seriesOfPiece, timeIn} from './block-series.ts';
import {createScrapedLabels, type Relabel} from './labels.ts';
import {type Message, messageOf} from './message.ts';
import type {Protocol} from './protocol.ts';
import type {TimeSeries} from './series.ts';
import {createTemplate, type TemplateSeries, takesTime} from './template.ts';
import {createTemplateCache} from './template-cache.ts';
import {v2} from './v2.ts';
import type {RemoteWriter} from './writer.ts';

export interface ScrapeSettings {
  readonly name: string;
  /** Labels that every series gets that has not got them itself. */
  readonly labels: Readonly<Record<string, string>>;
  /** Rewrites or drops each series by its complete label set. */
  readonly relabel?: Relabel;
  /** Most samples in one request. */
  readonly maxSamples: number;
  /** Whether exemplars are sent. */
  readonly exemplars: boolean;
  /** Most requests under way at the same time. */
  readonly connections: number;
}

const samplesIn = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, {from, to}) => sum + to - from, 0);

const wholeOf = (block: Block): Piece => ({block, from: 0, to: block.values.length});

/** A block in pieces of at most so many samples. */
const divide = (block: Block, most: number): Piece[] =>
  Array.from({length: Math.ceil(block.values.length / most)}, (_, index) => ({
    block,
    from: index * most,
    to: Math.min((index + 1) * most, block.values.length),
  }));

const valuesOf = (pieces: readonly Piece[]): Float64Array => {
  const all = pieces.map(({block, from, to}) => block.values.subarray(from, to));
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  const joined = new Float64Array(samplesIn(pieces));
  let at = 0;
  for (const values of all) {
    joined.set(values, at);
    at += values.length;
  }
  return joined;
};

/**
 * Forwards scrapes by Prometheus remote write. A small scrape is one request, several that wait share one, and a large one
 * takes several. What a layout's series are on the wire is encoded once, for as long as a target has the same series.
 * @param writer makes the requests, and is closed with the sink.
 * @param now a clock that only goes forward, in milliseconds.
 */
export const remoteWriteScrapes = (
  settings: ScrapeSettings,
  writer: RemoteWriter,
  now = (): number => performance.now(),
): ScrapeSink => {
  const {name, connections, maxSamples, exemplars} = settings;
  const sentLabels = createScrapedLabels(Object.entries(settings.labels), settings.relabel);
  const templates = createTemplateCache(now);

  const described = function* (pieces: readonly Piece[]): Generator<TemplateSeries> {
    let index = 0;
    for (const {block, from, to} of pieces) {
      for (let place = from; place < to; place += 1) {
        const series = describeSeries(block.layout.seriesAt(place), sentLabels);
        const created = timeIn(block.createdMs, place);
        if (series !== undefined)
          yield {series: created === undefined ? series : {...series, createdMs: created}, index};
        index += 1;
      }
    }
  };

  const isPlain = ({block}: Piece): boolean =>
    block.timestampsMs === undefined && (block.exemplars === undefined || !exemplars);

  const keyOf = ({block: {layout, createdMs}, from, to}: Piece, protocol: Protocol): string => {
    // Only version 2.0 has them, and they change only when a target starts anew.
    const created =
      createdMs === undefined || protocol !== v2
        ? ''
        : createHash('sha1').update(createdMs.subarray(from, to)).digest('hex');
    return `${layout.key} ${created} ${from}-${to}`;
  };

  const fromTemplate = (pieces: readonly Piece[], protocol: Protocol): Message | undefined => {
    const timeMs = pieces[0]?.block.timeMs ?? 0;
    if (!takesTime(timeMs) || !pieces.every((piece) => piece.block.timeMs === timeMs && isPlain(piece)))
      return undefined;
    const key = [protocol.message, ...pieces.map((piece) => keyOf(piece, protocol))].join(' ');
    return templates
      .get(key, () => createTemplate(protocol, described(pieces)))
      ?.fill(valuesOf(pieces), timeMs);
  };

  const allSeries = function* (pieces: readonly Piece[]): Generator<TimeSeries> {
    for (const piece of pieces) yield* seriesOfPiece(piece, sentLabels, exemplars);
  };

  const messageIn = (pieces: readonly Piece[], protocol: Protocol): Message =>
    fromTemplate(pieces, protocol) ?? messageOf(allSeries(pieces), protocol);

  const partOf = (pieces: readonly Piece[]): ScrapePart => {
    // Kept for the next attempt, which would encode it anew.
    let made: {readonly protocol: Protocol; readonly message: Message} | undefined;
    const inVersion = (protocol: Protocol): Message => {
      if (made?.protocol !== protocol) made = {protocol, message: messageIn(pieces, protocol)};
      return made.message;
    };
    return {
      samples: samplesIn(pieces),
      send: async (signal) => {
        const {samples} = inVersion(writer.likely());
        // Relabelling may have dropped all of it.
        if (samples === 0) return {samples, outcome: {kind: 'accepted'}};
        return {samples, outcome: await writer.send(inVersion, signal)};
      },
    };
  };

  return {
    name,
    connections,
    maxSamples,
    parts: (scrapes) => {
      const blocks = scrapes.flatMap((scrape) => scrape.blocks);
      const whole = blocks.map(wholeOf);
      if (samplesIn(whole) <= maxSamples) return [partOf(whole)];
      return blocks.flatMap((block) => divide(block, maxSamples)).map((piece) => partOf([piece]));
    },
    close: writer.close,
  };
};
