import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {isIPv6} from 'node:net';
import {setTimeout as delay, setImmediate as turn} from 'node:timers/promises';
import {decodeDatagram, encodeDatagram} from '../../reflector/echo-protocol.ts';
import {EngineError, type Progress} from '../engine.ts';
import {type EchoSession, openEchoSession} from './echo-session.ts';
import {abortFailure} from './failure.ts';
import type {ClientSettings} from './session.ts';

export interface LossSettings {
  /** How many datagrams to send; fewer where the session has fewer. */
  readonly count: number;
  /** How many a second; fewer where the session allows fewer. */
  readonly perSecond?: number;
  /** How long to wait for the answers to the last ones, and for the first answer at all. */
  readonly patienceMs?: number;
}

/** What takes longer is lost to whoever waits for it: the bound that SamKnows' probes use as well. */
const defaultPatienceMs = 2000;

const defaultPerSecond = 100;

/** Progress is told once for so many datagrams. */
const toldEvery = 10;

/** How many datagrams to send in a test whose transfers take so long: for half of that time, 500 at most. */
export const lossCount = (durationMs: number): number =>
  Math.min(Math.max(Math.round((durationMs / 2000) * defaultPerSecond), 1), 500);

const connected = async (socket: Socket, session: EchoSession): Promise<void> => {
  socket.bind({address: session.localAddress, port: 0});
  await once(socket, 'listening');
  // Only what comes from there is received from now on.
  socket.connect(session.port, session.remoteAddress);
  await once(socket, 'connect');
};

/**
 * Sends datagrams in a session, one after the other, and gives the percentage of those that were not answered, 0 to 100.
 * `undefined` when no answer came at all, or this machine could not send: neither is the line's loss. Rejects with an
 * `EngineError` when `signal` aborts.
 */
export const countLoss = async (
  session: EchoSession,
  settings: LossSettings,
  onProgress: (event: Progress) => void,
  signal: AbortSignal,
): Promise<number | undefined> => {
  const {perSecond = defaultPerSecond, patienceMs = defaultPatienceMs} = settings;
  const count = Math.min(settings.count, session.count);
  const restMs = 1000 / Math.min(perSecond, session.perSecond);
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  let failed = false;
  let sent = 0;
  const answered = new Set<number>();

  const socket = createSocket(isIPv6(session.remoteAddress) ? 'udp6' : 'udp4');
  const fail = (): void => {
    failed = true;
    stop.abort();
  };
  socket.on('error', fail);
  socket.on('message', (bytes) => {
    const datagram = decodeDatagram(bytes);
    if (datagram?.session !== session.session || datagram.sequence >= sent) return;
    answered.add(datagram.sequence);
    if (answered.size === count) stop.abort();
  });

  const tell = (fraction: number): void =>
    onProgress({phase: 'packet-loss', sent, received: answered.size, fraction});

  const send = async (): Promise<void> => {
    await connected(socket, session);
    const startedAtMs = performance.now();
    const elapsedMs = (): number => performance.now() - startedAtMs;
    // Fewer where this machine is too busy for all: nothing is answered once the session is over.
    while (sent < count && elapsedMs() < session.lifetimeMs / 2) {
      if (answered.size === 0 && elapsedMs() > patienceMs) return;
      socket.send(encodeDatagram(session.session, sent), (error) => error && fail());
      if (sent % toldEvery === 0) tell(sent / count);
      sent += 1;
      // One at a time, also when this machine was too busy for a while: a burst would not be the line's usual load.
      await delay(restMs, undefined, {signal: ended});
    }
    await delay(patienceMs, undefined, {signal: ended});
    // What arrived while this machine was busy is read after the timers that were due.
    for (let before = -1; answered.size > before; ) {
      before = answered.size;
      await turn();
    }
  };

  try {
    await send();
  } catch {
    if (!ended.aborted) failed = true;
    if (signal.aborted) throw abortFailure('packet loss', signal);
  } finally {
    socket.close();
  }
  tell(1);
  return failed || answered.size === 0 ? undefined : (100 * (sent - answered.size)) / sent;
};

/**
 * Measures what part of datagrams is lost on the way to a server and back, in percent; `undefined` where the server does
 * not send them back, or none arrive. Rejects only when `signal` aborts: a test is not given up for this.
 */
export const measurePacketLoss = async (
  url: URL,
  settings: ClientSettings & LossSettings & {readonly timeoutMs: number},
  onProgress: (event: Progress) => void,
  signal: AbortSignal,
): Promise<number | undefined> => {
  try {
    const session = await openEchoSession(url, settings, signal);
    return session && (await countLoss(session, settings, onProgress, signal));
  } catch (error) {
    if (error instanceof EngineError && !signal.aborted) return undefined;
    throw error;
  }
};
