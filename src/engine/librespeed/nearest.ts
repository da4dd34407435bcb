import {EngineError} from '../engine.ts';
import {abortFailure} from '../native/failure.ts';
import {roundTrip} from '../native/latency.ts';
import {type ClientSettings, createSession} from '../native/session.ts';
import type {LibrespeedServer} from './server.ts';

export interface NearestSettings extends ClientSettings {
  /** How long one server's answer may take. */
  readonly timeoutMs: number;
  /** Uniform in [0, 1): decides which servers are probed when there are many. */
  readonly random: () => number;
}

/** Most servers of a list that are asked for their latency. */
const mostProbed = 10;
const roundTripsEach = 3;

/** Up to `count` items, each as likely as the others. */
export const sample = <T>(items: readonly T[], count: number, random: () => number): T[] =>
  items
    .map((item) => ({item, order: random()}))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({item}) => item);

const probe = async (
  server: LibrespeedServer,
  settings: NearestSettings,
  signal: AbortSignal,
): Promise<{readonly server: LibrespeedServer; readonly latencyMs: number} | EngineError> => {
  const what = `ping of ${server.ping.host}`;
  const session = createSession(server.ping, {...settings, what}, signal);
  try {
    let latencyMs = Number.POSITIVE_INFINITY;
    for (let trip = 0; trip < roundTripsEach; trip += 1) {
      latencyMs = Math.min(latencyMs, await roundTrip(session, server.ping, what));
    }
    return {server, latencyMs};
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  } finally {
    session.close();
  }
};

/**
 * The servers of a list that answer, the one that answers soonest first: of at most ten, chosen at random where there are
 * more, and asked at the same time. Rejects with an `EngineError` when none answers: of class `no-server`, or of their
 * class when all fail alike.
 */
export const nearestServers = async (
  servers: readonly LibrespeedServer[],
  settings: NearestSettings,
  signal: AbortSignal,
): Promise<readonly LibrespeedServer[]> => {
  const asked = sample(servers, mostProbed, settings.random);
  const outcomes = await Promise.all(asked.map((server) => probe(server, settings, signal)));
  if (signal.aborted) throw abortFailure('choosing a LibreSpeed server', signal);
  const failures = outcomes.filter((outcome) => outcome instanceof EngineError);
  const answers = outcomes.filter((outcome) => 'latencyMs' in outcome);
  if (answers.length > 0) {
    return answers.sort((a, b) => a.latencyMs - b.latencyMs).map(({server}) => server);
  }
  const [first] = failures;
  if (first === undefined) throw new EngineError('no-server', 'the server list is empty');
  const alike = failures.every(({failureClass}) => failureClass === first.failureClass);
  throw new EngineError(
    alike ? first.failureClass : 'no-server',
    `none of ${failures.length} listed servers answers; ${first.message}`,
    {cause: first},
  );
};
