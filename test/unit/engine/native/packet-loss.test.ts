import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {networkInterfaces} from 'node:os';
import {describe, expect, it, onTestFinished} from 'vitest';
import type {Progress} from '../../../../src/engine/engine.ts';
import {type EchoSession, openEchoSession} from '../../../../src/engine/native/echo-session.ts';
import {countLoss, lossCount, measurePacketLoss} from '../../../../src/engine/native/packet-loss.ts';
import {encodeDatagram} from '../../../../src/reflector/echo-protocol.ts';
import {lossProblem} from '../../../accuracy/loss-judge.ts';
import {startHttpServer} from '../../../contract/http-server.ts';
import {
  type Fate,
  type RelaySettings,
  seeded,
  startUdpRelay,
  type UdpRelay,
} from '../../../fixtures/udp-relay.ts';
import {eventually, start} from '../../reflector/running.ts';

const never = new AbortController().signal;
const untold = (): void => undefined;
const client = {userAgent: 'test/1', timeoutMs: 20_000};
/** As fast as a session allows, to be done soon; patient, so that a busy machine loses nothing. */
const fast = {perSecond: 190, patienceMs: 3000};

const session = async (url: string): Promise<EchoSession> => {
  const opened = await openEchoSession(new URL('udp', url), client, never);
  if (opened === undefined) throw new Error('no session was offered');
  return opened;
};

/** A session with a reflector behind a relay. */
const relayed = async (fates: RelaySettings): Promise<{relay: UdpRelay; through: EchoSession}> => {
  const {url} = await start();
  const direct = await session(url);
  const relay = await startUdpRelay(direct.port, fates);
  return {relay, through: {...direct, port: relay.port}};
};

describe('a line that loses', () => {
  it.concurrent.each([0, 0.01, 0.05, 0.2])(
    '%d of all has that loss, to the datagram',
    async (probability) => {
      const random = seeded(2026);
      const count = 300;
      const {relay, through} = await relayed({there: () => (random() < probability ? 'drop' : 'pass')});
      const percent = (await countLoss(through, {...fast, count}, untold, never)) ?? Number.NaN;
      expect(lossProblem({percent, probability, sent: count, dropped: relay.dropped()})).toBeUndefined();
    },
  );

  it.concurrent('answers is as bad as one that loses questions', async () => {
    let seen = 0;
    const everyTenth = (): Fate => (seen++ % 10 === 3 ? 'drop' : 'pass');
    const {through} = await relayed({back: everyTenth});
    expect(await countLoss(through, {...fast, count: 50}, untold, never)).toBe(10);
  });

  it.concurrent('nothing, but doubles and reorders, has no loss', async () => {
    const random = seeded(7);
    const fate = (): Fate => (['pass', 'twice', 'late'] as const)[Math.floor(random() * 3)] ?? 'pass';
    let left = 100;
    // The last is not held back, as none comes after it.
    const there = (): Fate => (--left === 0 ? 'pass' : fate());
    const {through} = await relayed({there});
    expect(await countLoss(through, {...fast, count: 100}, untold, never)).toBe(0);
  });
});

describe('what is no loss of the line', () => {
  it('is silence: UDP may be filtered', async () => {
    const {relay, through} = await relayed({there: () => 'drop'});
    expect(await countLoss(through, {count: 1000, patienceMs: 200}, untold, never)).toBeUndefined();
    expect(relay.dropped()).toBeLessThan(100); // it gives up early
  });

  it('is a port that nobody listens on', async () => {
    const {url} = await start();
    const closed = createSocket('udp4').bind(0, '127.0.0.1');
    await once(closed, 'listening');
    const {port} = closed.address();
    await new Promise<void>((resolve) => closed.close(() => resolve()));
    const through = {...(await session(url)), port};
    expect(await countLoss(through, {...fast, count: 20}, untold, never)).toBeUndefined();
  });

  it('is a machine that can not send', async () => {
    const {url} = await start();
    const through = {...(await session(url)), localAddress: '192.0.2.1'};
    expect(await countLoss(through, {...fast, count: 20}, untold, never)).toBeUndefined();
  });
});

it('counts no answer that is not to one of its own datagrams', async () => {
  const {url} = await start();
  const opened = await session(url);
  const forger = createSocket('udp4').bind(0, '127.0.0.1');
  await once(forger, 'listening');
  onTestFinished(() => void forger.close());
  forger.on('message', (bytes, {port}) => {
    const forged = [
      encodeDatagram('f'.repeat(32), 0),
      encodeDatagram(opened.session, 4_000_000_000),
      bytes.subarray(1),
      Buffer.concat([bytes, bytes]),
    ];
    for (const datagram of forged) forger.send(datagram, port, '127.0.0.1');
  });
  const through = {...opened, port: forger.address().port};
  expect(await countLoss(through, {...fast, count: 5, patienceMs: 200}, untold, never)).toBeUndefined();
});

it('tells how far it is', async () => {
  const events: Progress[] = [];
  const {through} = await relayed({there: () => 'pass'});
  await countLoss(through, {...fast, count: 25}, (event) => events.push(event), never);
  expect(events.map((event) => 'sent' in event && event.sent)).toEqual([0, 10, 20, 25]);
  expect(events.at(-1)).toEqual({phase: 'packet-loss', sent: 25, received: 25, fraction: 1});
});

it('sends no more than the session allows', async () => {
  const {through} = await relayed({});
  let sent = 0;
  const counting = await startUdpRelay(through.port, {
    there: () => {
      sent += 1;
      return 'pass';
    },
  });
  await countLoss({...through, port: counting.port, count: 7}, {...fast, count: 100}, untold, never);
  expect(sent).toBe(7);
});

it.each([
  [10_000, 500],
  [60_000, 500],
  [1000, 50],
  [250, 13],
  [1, 1],
])('a test of %i ms each way sends %i datagrams', (durationMs, count) => {
  expect(lossCount(durationMs)).toBe(count);
});

describe('of a server', () => {
  const measure = (url: string, settings = {}, signal = never): Promise<number | undefined> =>
    measurePacketLoss(new URL('udp', url), {...client, count: 20, ...fast, ...settings}, untold, signal);

  it('is measured where that is a reflector', async () => {
    expect(await measure((await start()).url)).toBe(0);
  });

  it('is measured from the address that the job has', async () => {
    expect(await measure((await start()).url, {sourceAddress: '127.0.0.2'})).toBe(0);
  });

  const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
    each?.some(({address}) => address === '::1'),
  );
  it.runIf(hasIpv6)('is measured over IPv6, and over IPv4 to the same socket', async () => {
    const {port} = await start({host: '::'});
    expect(await measure(`http://[::1]:${port}/`)).toBe(0);
    expect(await measure(`http://127.0.0.1:${port}/`)).toBe(0);
  });

  it.each([
    ['knows nothing of it', 404, 'not found'],
    ['answers with nothing', 200, ''],
    ['answers with a page', 200, '<html>'],
    ['answers without end', 200, '['.repeat(1_000_000)],
    ['has too many', 503, 'later'],
    ['offers what is none', 200, '{"port": 0, "session": "x", "count": 1, "perSecond": 1, "lifetimeMs": 1}'],
  ])('that %s is absent', async (_, status, body) => {
    const {url, stop, requests} = await startHttpServer((response) => response.writeHead(status).end(body));
    onTestFinished(stop);
    expect(await measure(url.href)).toBeUndefined();
    expect(requests.map(({method, path}) => `${method} ${path}`)).toEqual(['POST /udp']);
  });

  it('that does not answer, or is not there, is absent', async () => {
    const {url, stop} = await startHttpServer(() => undefined);
    onTestFinished(stop);
    expect(await measure(url.href, {timeoutMs: 100})).toBeUndefined();
    await stop();
    expect(await measure(url.href)).toBeUndefined();
  });

  it('ends when it is told to, at every moment', async () => {
    const reason = new Error('SIGTERM');
    const {url} = await start();
    const stopped = {failureClass: 'interrupted', message: expect.stringMatching(/SIGTERM$/)};
    await expect(measure(url, {}, AbortSignal.abort(reason))).rejects.toMatchObject(stopped);
    const stop = new AbortController();
    const {relay, through} = await relayed({there: () => 'drop'});
    const counting = countLoss(through, {count: 500}, untold, stop.signal);
    await eventually(() => expect(relay.dropped()).toBeGreaterThan(0));
    stop.abort(reason);
    await expect(counting).rejects.toMatchObject(stopped);
  });
});
