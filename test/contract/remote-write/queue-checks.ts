import {expect} from 'vitest';
import {Secret} from '../../../src/secret.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {authorities, certificates} from '../../fixtures/tls.ts';
import {type Respond, startHttpServer} from '../http-server.ts';
import {type Decoded, decode, labelsOf, samplesOf} from './decoded.ts';
import type {RequirementId} from './requirements.ts';
import {bothSenders, type Checks, take, withSending} from './subject.ts';
import {startMs} from './tour.ts';

/** As many gauges as make several requests where they may go in parallel. */
const many = (value: number) =>
  Array.from({length: 400}, (_, place) => ({name: 'a', labels: {place: `${place}`}, value}));

/** What the specifications say of queues, connections and logins. */
export const queueChecks = {
  buffer: bothSenders(async ({sender, version}) => {
    const folder = temporaryFolder();
    const away: Respond = (response) => response.writeHead(503).end();
    await withSending(sender.start, {version, folder, respond: away}, async (sending, {requests}) => {
      for (const value of [1, 2, 3]) await sending.hand(startMs + value, [{name: 'a', labels: {}, value}]);
      await expect.poll(() => requests.length).toBeGreaterThan(0);
    });
    await withSending(sender.start, {version, folder, respond: take}, async (sending, {requests}) => {
      await sending.settled();
      expect(samplesOf(requests.map(decode), 'a')).toEqual(
        [1, 2, 3].map((value) => `${value}@${startMs + value}`),
      );
    });
  }),
  parallel: bothSenders(async ({sender, version}) => {
    const taken: Decoded[] = [];
    let requests = 0;
    const unreliable: Respond = (response, request) => {
      requests += 1;
      if (requests % 3 === 0) {
        response.writeHead(500).end();
        return;
      }
      taken.push(decode(request));
      take(response, request);
    };
    const settings = {version, connections: 3, respond: unreliable};
    await withSending(sender.start, settings, async (sending) => {
      const values = Array.from({length: 15}, (_, index) => index + 1);
      for (const value of values) await sending.hand(startMs + value * 1000, many(value));
      await sending.settled();
      expect(taken.length).toBeGreaterThan(3);
      // In order, and each once: what was taken is not sent again with what was refused.
      for (const place of ['0', '200', '399']) {
        const times = taken
          .flatMap(({series}) => series)
          .filter((series) => labelsOf(series)['place'] === place)
          .flatMap(({samples}) => samples.map(({timestampMs}) => timestampMs));
        expect(times).toEqual(values.map((value) => startMs + value * 1000));
      }
    });
  }),
  login: bothSenders(async ({sender, version}) => {
    const receiver = await startHttpServer(take, certificates.server);
    const http = {url: receiver.url, headers: {}, timeoutMs: 20_000, tls: {ca: Secret.of(authorities.ours)}};
    const logins = [
      {kind: 'basic', username: 'u', password: Secret.of('p')},
      {kind: 'authorization', type: 'Bearer', credentials: Secret.of('token')},
    ] as const;
    for (const login of logins) {
      const sending = await sender.start({version, http: {...http, login}});
      await sending.hand(startMs, [{name: 'a', labels: {}, value: 1}]);
      await sending.settled();
      await sending.stop();
    }
    await receiver.stop();
    expect(receiver.requests.map(({headers}) => headers.authorization)).toEqual([
      `Basic ${btoa('u:p')}`,
      'Bearer token',
    ]);
    expect(samplesOf(receiver.requests.map(decode), 'a')).toEqual([`1@${startMs}`, `1@${startMs}`]);
  }),
} as const satisfies Partial<Readonly<Record<RequirementId, Checks>>>;
