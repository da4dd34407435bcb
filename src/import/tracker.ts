import {oneLine} from '../delivery/http/response.ts';
import {schemaProblem} from '../engine/schema-problem.ts';
import type {Measurement, TestResult, TestServer, Transfer} from '../result.ts';
import type {Clock} from './clock.ts';
import {
  failureClassOf,
  fromZero,
  idleLatency,
  isMeasured,
  loadedLatency,
  transfer,
  transfersMs,
} from './fields.ts';
import type {Imported, Reading} from './source.ts';
import {type TrackerRow, trackerRow} from './tracker-row.ts';

const serverOf = (found: TrackerRow): TestServer => {
  const server = found.data?.server;
  const id = server?.id ?? found.server_id;
  const name = server?.name ?? found.server_name;
  const host = server?.host ?? found.server_host;
  const port = server?.port ?? found.server_port;
  const country = server?.country ?? found.server_country;
  const location = server?.location ?? found.server_location;
  return {
    ...(id && {id: String(id)}),
    ...(name && {name}),
    ...(host && {host: port ? `${host}:${port}` : host}),
    ...(country && {country}),
    ...(location && {location}),
  };
};

/** One direction, by what was printed where that is kept, else by its columns. */
const transferOf = (found: TrackerRow, direction: 'download' | 'upload'): Transfer | undefined => {
  const printed = found.data?.[direction];
  return transfer({
    bytesPerSecond: printed?.bandwidth ?? found[direction],
    bytes: printed?.bytes ?? found[`${direction}_bytes`],
    elapsedMs: printed?.elapsed ?? found[`${direction}_elapsed`],
    latency: loadedLatency({
      iqmMs: printed?.latency?.iqm ?? found[`${direction}_latency_iqm`],
      lowMs: printed?.latency?.low ?? found[`${direction}_latency_low`],
      highMs: printed?.latency?.high ?? found[`${direction}_latency_high`],
      jitterMs: printed?.latency?.jitter ?? found[`${direction}_jitter`],
    }),
  });
};

const measurementOf = (found: TrackerRow, engine: string): Measurement => {
  const {data: printed} = found;
  const ping = idleLatency({
    latencyMs: printed?.ping?.latency ?? found.ping,
    jitterMs: printed?.ping?.jitter ?? found.ping_jitter,
    lowMs: printed?.ping?.low ?? found.ping_low,
    highMs: printed?.ping?.high ?? found.ping_high,
  });
  const download = transferOf(found, 'download');
  const upload = transferOf(found, 'upload');
  const isp = printed?.isp ?? found.isp;
  const loss = fromZero(printed?.packetLoss ?? found.packet_loss, 100);
  return {
    engine: {name: engine},
    server: serverOf(found),
    ...(isp && {isp}),
    ...(ping && {ping}),
    ...(download && {download}),
    ...(upload && {upload}),
    ...(loss !== undefined && {packetLossPercent: loss}),
  };
};

const unfinished = ['waiting', 'started', 'checking', 'running', 'benchmarking'];

/** What a row says of its test; versions without the column `status` say no more than whether it went well. */
const statusOf = ({status, successful}: TrackerRow, measurement: Measurement): string =>
  status?.toLowerCase() ?? ((successful ?? isMeasured(measurement)) ? 'completed' : 'failed');

/** Zones are at least a quarter of an hour apart; a test that is asked for may wait for others, but seldom for so long. */
const farMs = 14 * 60_000;

interface Times {
  /** When the test was asked for, Unix milliseconds. */
  readonly askedAtMs: number;
  /** When it ended by Ookla's program, which says so in UTC. */
  readonly endedAtMs: number | undefined;
  readonly doubt?: string;
}

/** A row's times, or why it has none. Where the two of them don't fit each other, the one in UTC is right. */
const timesOf = (found: TrackerRow, clock: Clock): Times | string => {
  const asked = clock(found.created_at);
  const noted = found.data?.timestamp ?? found.timestamp;
  const ended = noted ? clock(noted) : undefined;
  if (!ended?.ok) {
    return asked.ok ? {askedAtMs: asked.ms, endedAtMs: undefined} : `created_at: ${asked.problem}`;
  }
  if (!asked.ok) {
    return {askedAtMs: ended.ms, endedAtMs: ended.ms, doubt: `created_at: ${asked.problem}`};
  }
  const apartMs = Math.abs(asked.ms - ended.ms);
  const doubt = `created_at is ${Math.round(apartMs / 60_000)} min from the time that Ookla's program noted: is that the right --timezone?`;
  return {askedAtMs: asked.ms, endedAtMs: ended.ms, ...(apartMs >= farMs && {doubt})};
};

/**
 * Reads one result of Speedtest Tracker, from its table, its API or its export: columns by their names. Its key is
 * made of the job, the result's number and `created_at`, and so the same by whichever way it comes.
 *
 * A result is of the time that Ookla's program noted at its end, where that is kept, otherwise of `created_at`, at which
 * the test was asked for, plus the time that its transfers took.
 */
export const readTracker = (value: unknown, {job, clock}: Reading): Imported => {
  const parsed = trackerRow.safeParse(value);
  if (!parsed.success) return {kind: 'wrong', problem: schemaProblem(parsed.error)};
  const found = parsed.data;
  const times = timesOf(found, clock);
  if (typeof times === 'string') return {kind: 'wrong', problem: times};
  const {askedAtMs, doubt} = times;

  const engine = found.service?.toLowerCase() ?? 'ookla';
  const measurement = measurementOf(found, engine);
  const reason =
    oneLine(found.data?.message ?? found.error_message ?? '') || 'Speedtest Tracker does not say why';
  const key = `tracker:${JSON.stringify([job, found.id, found.created_at])}`;
  const at = {job, scheduled: found.scheduled ?? false, startedAtMs: askedAtMs, endedAtMs: askedAtMs};
  const result = (given: TestResult): Imported => ({
    kind: 'result',
    result: given,
    key,
    ...(doubt !== undefined && {doubt}),
  });
  const status = statusOf(found, measurement);
  switch (status) {
    case 'completed': {
      if (!isMeasured(measurement)) return {kind: 'wrong', problem: 'completed, but nothing was measured'};
      const elapsedMs = transfersMs(measurement);
      const endedAtMs = times.endedAtMs ?? Math.round(askedAtMs + elapsedMs);
      return result({
        ...at,
        status,
        startedAtMs: endedAtMs - elapsedMs,
        endedAtMs,
        measurement,
        ...(typeof found.healthy === 'boolean' && {healthy: found.healthy}),
      });
    }
    case 'failed': {
      const failure = {class: failureClassOf(reason), reason};
      return result({...at, status, failure, attempts: [{engine, ...failure}]});
    }
    case 'skipped':
      return result({...at, status, skip: {class: 'missed', reason}});
    default:
      return unfinished.includes(status)
        ? {kind: 'unfinished'}
        : {kind: 'wrong', problem: `status ${JSON.stringify(status)} is not known`};
  }
};
