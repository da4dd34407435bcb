import {bitRate, milliseconds, type Quantity} from '../../../quantity.ts';
import type {SeriesName, Thresholds} from '../../api/shapes.ts';
import {percent} from '../format.ts';

/** A line of a chart. `color` is a custom property of the style sheet. */
export interface Line {
  readonly name: SeriesName;
  readonly label: string;
  readonly color: string;
  readonly threshold?: keyof Thresholds;
}

export interface ChartKind {
  readonly title: string;
  /** What the API's values are multiplied with to be drawn. */
  readonly factor: number;
  readonly say: (value: number) => Quantity;
  readonly lines: readonly Line[];
  /** The axis reaches at least to here, so that noise near zero doesn't look like mountains. */
  readonly atLeast: number;
}

export const charts: readonly ChartKind[] = [
  {
    title: 'Speed',
    factor: 8,
    say: bitRate,
    atLeast: 1e6,
    lines: [
      {
        name: 'downloadBytesPerSecond',
        label: 'Download',
        color: '--download',
        threshold: 'downloadBytesPerSecond',
      },
      {name: 'uploadBytesPerSecond', label: 'Upload', color: '--upload', threshold: 'uploadBytesPerSecond'},
    ],
  },
  {
    title: 'Latency',
    factor: 1,
    say: milliseconds,
    atLeast: 1,
    lines: [
      {name: 'pingMs', label: 'Idle', color: '--idle', threshold: 'pingMs'},
      {name: 'downloadLatencyMs', label: 'During download', color: '--download'},
      {name: 'uploadLatencyMs', label: 'During upload', color: '--upload'},
    ],
  },
  {
    title: 'Jitter',
    factor: 1,
    say: milliseconds,
    atLeast: 1,
    lines: [{name: 'jitterMs', label: 'Idle', color: '--idle'}],
  },
  {
    title: 'Packet loss',
    factor: 1,
    say: percent,
    atLeast: 1,
    lines: [{name: 'packetLossPercent', label: 'Loss', color: '--loss', threshold: 'packetLossPercent'}],
  },
];
