import {type Naming, numberNamed, statusNamed} from '../metrics/names.ts';
import {numberSeries, ofLine, statusSeries} from '../promql/line.ts';
import type {RecordingRule} from './rule.ts';

/** Longer than two hours, so that one hourly test may be late, or missing, without a gap. */
export const resultWindow = '3h';

export const directions = ['download', 'upload'] as const;

/** The metrics that the rules record: of each line's newest result, in base units, called alike for every profile. */
export const recorded = {
  ended: 'line:speedtest_result_timestamp_seconds:newest',
  succeeded: 'line:speedtest_last_success_timestamp_seconds:newest',
  success: 'line:speedtest_success:newest',
  rate: 'line:speedtest_rate_bits_per_second:newest',
  latency: 'line:speedtest_latency_seconds:newest',
  jitter: 'line:speedtest_jitter_seconds:newest',
  loadedLatency: 'line:speedtest_loaded_latency_seconds:newest',
  packetLoss: 'line:speedtest_packet_loss_ratio:newest',
} as const;

/** The rules that record each line's newest result, by the names of a profile. */
export const recordingRules = (naming: Naming): readonly RecordingRule[] => {
  const scope = {...naming, matchers: '', within: resultWindow};
  const status = (record: string, name: string): RecordingRule => ({
    record,
    expr: ofLine(statusSeries(statusNamed(name, naming), scope)),
  });
  const number = (record: string, id: string, operation = ''): RecordingRule => {
    const {name, toBaseUnit} = numberNamed(id, naming);
    return {record, expr: `${ofLine(numberSeries(name, scope))}${toBaseUnit}${operation}`};
  };
  return [
    status(recorded.ended, 'result_timestamp_seconds'),
    status(recorded.succeeded, 'last_success_timestamp_seconds'),
    status(recorded.success, 'success'),
    ...directions.map((direction) => ({
      ...number(recorded.rate, `${direction}_bytes`, ' * 8'),
      labels: {direction},
    })),
    number(recorded.latency, 'ping_ms'),
    number(recorded.jitter, 'ping_jitter_ms'),
    ...directions.map((direction) => ({
      ...number(recorded.loadedLatency, `${direction}_latency_iqm_ms`),
      labels: {direction},
    })),
    number(recorded.packetLoss, 'packet_loss_percent'),
  ];
};
