import {type IncomingMessage, type RequestOptions, request} from 'node:http';
import {request as tlsRequest} from 'node:https';
import type {Socket} from 'node:net';
import {onTestFinished, vi} from 'vitest';
import type {RefusalKind} from '../../../src/reflector/gate.ts';
import {type Reflector, type ReflectorSettings, startReflector} from '../../../src/reflector/reflector.ts';
import {authorities} from '../../fixtures/tls.ts';

export interface RunningReflector extends Reflector {
  /** What it refused, in order. */
  readonly refusals: readonly (readonly [kind: RefusalKind, reason: string])[];
  readonly problems: readonly string[];
}

/** A reflector on free ports of 127.0.0.1, or of another host. Ends with the test. */
export const start = async (settings: Partial<ReflectorSettings> = {}): Promise<RunningReflector> => {
  const refusals: [RefusalKind, string][] = [];
  const problems: string[] = [];
  const reflector = await startReflector({
    host: '127.0.0.1',
    port: 0,
    notices: {
      refused: (kind, reason) => refusals.push([kind, reason]),
      problem: (message) => problems.push(message),
    },
    ...settings,
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= reflector.close();
    return closing;
  };
  onTestFinished(close);
  return {...reflector, close, refusals, problems};
};

export interface Received {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** One request on a connection of its own, with every byte of its answer. Rejects when the connection ends before. */
export const ask = (
  url: URL | string,
  {body, ...options}: RequestOptions & {readonly body?: Buffer | string} = {},
): Promise<Received> =>
  new Promise((resolve, reject) => {
    const send = String(url).startsWith('https:') ? tlsRequest : request;
    const onResponse = (response: IncomingMessage): void => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces),
        }),
      );
    };
    send(url, {agent: false, ...options, ca: authorities.ours}, onResponse)
      .on('error', reject)
      .end(body);
  });

/** Waits until a check passes, which on a busy machine may take a while. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, {timeout: 8000, interval: 10});

/** Resolves once a socket is closed, however it came to that. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));
