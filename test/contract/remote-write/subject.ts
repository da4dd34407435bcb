import type {ServerResponse} from 'node:http';
import type {RemoteWriteVersion} from '../../peers/strict-receiver-rules.ts';
import {type HttpServer, type ReceivedRequest, type Respond, startHttpServer} from '../http-server.ts';
import {decode} from './decoded.ts';
import type {Sender, SenderSettings, Sending} from './sender.ts';
import type {Tour} from './tour.ts';

/** What is held to a requirement: a sender in a version. */
export interface Subject {
  readonly sender: Sender;
  readonly version: RemoteWriteVersion;
  /** What it sent on a tour through all that can be sent; made once. */
  tour(): Promise<Tour>;
}

/** Throws where the sender does not keep to a requirement. */
export type Check = (subject: Subject) => void | Promise<void>;

/** Why a requirement does not bind a sender. */
export interface Unbound {
  readonly because: string;
}

/** How each sender is held to a requirement. */
export interface Checks {
  readonly results: Check | Unbound;
  readonly scrapes: Check | Unbound;
}

export const bothSenders = (check: Check): Checks => ({results: check, scrapes: check});

/** The count that a receiver of 2.0 answers with. */
export const writtenHeader = 'x-prometheus-remote-write-samples-written';

/** Takes a request as a receiver of its version does. */
export const take = (response: ServerResponse, request: ReceivedRequest): void => {
  const {version, series} = decode(request);
  const count = series.reduce((sum, {samples}) => sum + samples.length, 0);
  response.writeHead(204, version === '2.0' ? {[writtenHeader]: String(count)} : {}).end();
};

/** Starts a receiver and a sender to it, and ends both when `use` is done with them. */
export const withSending = async <S extends Sending, T>(
  start: (settings: SenderSettings) => Promise<S>,
  {respond, ...settings}: Omit<SenderSettings, 'http'> & {readonly respond: Respond},
  use: (sending: S, receiver: HttpServer) => Promise<T>,
): Promise<T> => {
  const receiver = await startHttpServer(respond);
  try {
    const http = {url: receiver.url, headers: {}, timeoutMs: 20_000};
    const sending = await start({...settings, http});
    try {
      return await use(sending, receiver);
    } finally {
      await sending.stop();
    }
  } finally {
    await receiver.stop();
  }
};
