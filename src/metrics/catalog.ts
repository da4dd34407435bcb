import type {JournalRow} from '../journal/row.ts';
import type {LoadedLatency, Measurement, Transfer} from '../result.ts';

/** Generations of names for the same numbers; several can be on at once. */
export const profiles = ['documented', 'tracker-v1', 'base-units'] as const;
export type Profile = (typeof profiles)[number];

/** A metric's name in one profile, or its name and the conversion from the unit in which the engine gave the value. */
type Naming = string | readonly [name: string, convert: (value: number) => number];

/** One number of a result, with its name in each profile that has it. */
export interface CatalogEntry extends Partial<Readonly<Record<Profile, Naming>>> {
  /** The number, or undefined where this result has none: such a series is left out. */
  readonly value: (row: JournalRow) => number | undefined;
  /** That of the value before any conversion, in words for people. */
  readonly unit: Unit;
  readonly help: string;
}

type Unit =
  | 'bytes per second'
  | 'bits per second'
  | 'milliseconds'
  | 'bytes'
  | 'percent'
  | 'round trips per minute'
  | 'number';

/** A metric that every profile has under the same name, because nobody can alert without it. */
export interface StatusEntry {
  readonly name: string;
  readonly value: (row: JournalRow) => number | undefined;
  readonly help: string;
}

const msToSeconds = (ms: number): number => ms / 1000;
const percentToRatio = (percent: number): number => percent / 100;

type Direction = 'download' | 'upload';

const ofMeasurement =
  (read: (measurement: Measurement) => number | undefined) =>
  ({result}: JournalRow): number | undefined =>
    result.status === 'completed' ? read(result.measurement) : undefined;

const ofTransfer = (direction: Direction, read: (transfer: Transfer) => number | undefined) =>
  ofMeasurement((m) => m[direction] && read(m[direction]));

const ofLatency = (direction: Direction, read: (latency: LoadedLatency) => number) =>
  ofTransfer(direction, (t) => t.latency && read(t.latency));

/** Of the two directions the one in which the line is slower to respond: what a user of it waits for. */
const responsiveness = ({download, upload}: Measurement): number | undefined => {
  const directions = [download?.responsivenessRpm, upload?.responsivenessRpm];
  const measured = directions.filter((rpm) => rpm !== undefined);
  return measured.length === 0 ? undefined : Math.min(...measured);
};

const bits = (bytesPerSecond: number): number => bytesPerSecond * 8;

const transferEntries = (direction: Direction): readonly CatalogEntry[] => [
  {
    value: ofTransfer(direction, (t) => t.bytesPerSecond),
    unit: 'bytes per second',
    documented: `${direction}_bytes`,
    'tracker-v1': `${direction}_bytes`,
    'base-units': `${direction}_bytes_per_second`,
    help: `Rate of the ${direction}, in bytes per second.`,
  },
  {
    value: ofTransfer(direction, (t) => bits(t.bytesPerSecond)),
    unit: 'bits per second',
    documented: `${direction}_bits`,
    'tracker-v1': `${direction}_bits`,
    help: `Rate of the ${direction}, in bits per second.`,
  },
];

const loadedLatencyEntries = (direction: Direction): readonly CatalogEntry[] => [
  {
    value: ofLatency(direction, (l) => l.jitterMs),
    unit: 'milliseconds',
    documented: `${direction}_jitter`,
    'tracker-v1': `${direction}_jitter_ms`,
    'base-units': [`${direction}_jitter_seconds`, msToSeconds],
    help: `Jitter while the ${direction} loads the line.`,
  },
  {
    value: ofLatency(direction, (l) => l.iqmMs),
    unit: 'milliseconds',
    documented: `${direction}_latency_avg`,
    'tracker-v1': `${direction}_latency_iqm_ms`,
    'base-units': [`${direction}_latency_iqm_seconds`, msToSeconds],
    help: `Interquartile mean of the round trips while the ${direction} loads the line.`,
  },
  {
    value: ofLatency(direction, (l) => l.highMs),
    unit: 'milliseconds',
    documented: `${direction}_latency_high`,
    'tracker-v1': `${direction}_latency_high_ms`,
    'base-units': [`${direction}_latency_high_seconds`, msToSeconds],
    help: `Longest round trip while the ${direction} loads the line.`,
  },
  {
    value: ofLatency(direction, (l) => l.lowMs),
    unit: 'milliseconds',
    documented: `${direction}_latency_low`,
    'tracker-v1': `${direction}_latency_low_ms`,
    'base-units': [`${direction}_latency_low_seconds`, msToSeconds],
    help: `Shortest round trip while the ${direction} loads the line.`,
  },
];

const volumeEntries = (direction: Direction): readonly CatalogEntry[] => [
  {
    value: ofTransfer(direction, (t) => t.bytes),
    unit: 'bytes',
    'tracker-v1': `${direction}ed_bytes`,
    'base-units': `test_${direction}ed_bytes`,
    help: `Bytes moved by the ${direction} of the test.`,
  },
  {
    value: ofTransfer(direction, (t) => t.elapsedMs),
    unit: 'milliseconds',
    'tracker-v1': `${direction}_elapsed_ms`,
    'base-units': [`${direction}_duration_seconds`, msToSeconds],
    help: `Duration of the ${direction}.`,
  },
];

/** THE table of metric names. Nothing else in the code knows one. */
export const catalog: readonly CatalogEntry[] = [
  ...transferEntries('download'),
  ...transferEntries('upload'),
  {
    value: ofMeasurement((m) => m.ping?.latencyMs),
    unit: 'milliseconds',
    documented: 'ping',
    'tracker-v1': 'ping_ms',
    'base-units': ['ping_seconds', msToSeconds],
    help: 'Round-trip time on the idle line.',
  },
  {
    value: ofMeasurement((m) => m.ping?.jitterMs),
    unit: 'milliseconds',
    documented: 'ping_jitter',
    'tracker-v1': 'ping_jitter_ms',
    'base-units': ['ping_jitter_seconds', msToSeconds],
    help: 'Jitter on the idle line.',
  },
  {
    value: ofMeasurement((m) => m.ping?.lowMs),
    unit: 'milliseconds',
    'tracker-v1': 'ping_low_ms',
    'base-units': ['ping_low_seconds', msToSeconds],
    help: 'Shortest round trip on the idle line.',
  },
  {
    value: ofMeasurement((m) => m.ping?.highMs),
    unit: 'milliseconds',
    'tracker-v1': 'ping_high_ms',
    'base-units': ['ping_high_seconds', msToSeconds],
    help: 'Longest round trip on the idle line.',
  },
  ...loadedLatencyEntries('download'),
  ...loadedLatencyEntries('upload'),
  {
    value: ofMeasurement(responsiveness),
    unit: 'round trips per minute',
    documented: 'responsiveness_rpm',
    'tracker-v1': 'responsiveness_rpm',
    'base-units': 'responsiveness_rpm',
    help: 'Round trips per minute on the loaded line: of the download or the upload, whichever is lower.',
  },
  {
    value: ofMeasurement((m) => m.packetLossPercent),
    unit: 'percent',
    documented: 'packet_loss',
    'tracker-v1': 'packet_loss_percent',
    'base-units': ['packet_loss_ratio', percentToRatio],
    help: 'Share of the packets that were lost.',
  },
  {
    value: (row) => row.id,
    unit: 'number',
    'tracker-v1': 'result_id',
    help: 'Number of the result in the journal.',
  },
  ...volumeEntries('download'),
  ...volumeEntries('upload'),
];

export const statusEntries: readonly StatusEntry[] = [
  {
    name: 'success',
    value: ({result}) => (result.status === 'completed' ? 1 : 0),
    help: 'Whether the newest test completed: 1 if it did, 0 if it failed or was skipped.',
  },
  {
    name: 'result_timestamp_seconds',
    value: ({result}) => msToSeconds(result.endedAtMs),
    help: 'Unix time at which the newest test ended.',
  },
  {
    name: 'last_success_timestamp_seconds',
    value: ({lastSuccessMs}) => (lastSuccessMs === undefined ? undefined : msToSeconds(lastSuccessMs)),
    help: 'Unix time at which the newest completed test ended.',
  },
];

const units = ['bytes_per_second', 'bytes', 'seconds', 'ratio'] as const;

/** The unit that a metric's name ends in. Only for the profile `base-units` and for status entries: others may mislead. */
export const unitOf = (name: string): string | undefined => units.find((unit) => name.endsWith(`_${unit}`));

/** The info metric: value 1, what is known about the result's making as labels. */
export const infoEntry = {
  name: 'result_info',
  help: 'How the newest result came about: engine, its version, the job and, where it failed, the reason.',
} as const;

/** The most samples that one result can have in these profiles; names that they share are counted for each. */
export const mostSamples = (chosen: readonly Profile[]): number =>
  chosen.reduce(
    (sum, profile) => sum + catalog.filter((entry) => entry[profile] !== undefined).length,
    statusEntries.length + 1,
  );
