import {once} from 'node:events';
import {connect, createServer} from 'node:net';
import {onTestFinished} from 'vitest';
import {z} from 'zod';
import {openEchoSession} from '../../src/engine/native/echo-session.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {type Fate, seeded, startUdpRelay} from '../fixtures/udp-relay.ts';
import {runCommand} from '../system/bridge.ts';
import {start} from '../unit/reflector/running.ts';

/** A way to a reflector that loses datagrams and nothing else. It lasts as long as the running test. */
export interface LossyWay {
  readonly url: string;
  /** Datagrams that a client sent so far. */
  sent(): number;
  /** Those of them that it or the reflector, answering, lost on the way. */
  dropped(): number;
}

/** The reflector sees its clients there; its relays, which have its ports, are at the second address of loopback. */
const near = '127.0.0.1';
const far = '127.0.0.2';

const relayTcp = async (port: number): Promise<void> => {
  const relay = createServer((client) => {
    const server = connect(port, near);
    client.pipe(server).pipe(client);
    client.on('error', () => server.destroy());
    server.on('error', () => client.destroy());
  });
  relay.listen(port, far);
  await once(relay, 'listening');
  onTestFinished(() => void relay.close());
};

/**
 * Starts a reflector, and a way to it on which a datagram or its answer is lost with a probability. Which are lost is
 * decided by their order and the seed alone: the same number of datagrams always loses the same ones.
 */
export const startLossyWay = async (probability: number, seed: number): Promise<LossyWay> => {
  const reflector = await start({host: near});
  const offer = await openEchoSession(
    new URL('udp', reflector.url),
    {userAgent: 'test/1', timeoutMs: 5000},
    new AbortController().signal,
  );
  if (offer === undefined) throw new Error('the reflector offers no session');
  const probabilityOneWay = 1 - Math.sqrt(1 - probability);
  const fates = (random: () => number) => (): Fate => (random() < probabilityOneWay ? 'drop' : 'pass');
  let sent = 0;
  const there = fates(seeded(seed));
  const relay = await startUdpRelay(offer.port, {
    there: () => {
      sent += 1;
      return there();
    },
    back: fates(seeded(seed + 1)),
    at: {address: far, port: offer.port},
  });
  await relayTcp(reflector.port);
  return {url: `http://${far}:${reflector.port}/`, sent: () => sent, dropped: relay.dropped};
};

const result = z.object({measurement: z.object({packetLossPercent: z.number()})});

/** The packet loss to a server, in percent, as the built program measures it in a test of so many seconds each way. */
export const measureLoss = async (url: string, {seconds}: {readonly seconds: number}): Promise<number> => {
  const settings = [
    ['--engines-librespeed-duration', `${seconds}s`],
    // The transfers are no subject here.
    ['--engines-librespeed-max-bytes', '1MB'],
  ].flat();
  const command = ['test', '--engine', 'librespeed', '--server', url, '--json', ...settings];
  const {stdout, stderr} = await runCommand(command, {cwd: temporaryFolder()});
  const {success, data} = result.safeParse(JSON.parse(stdout));
  if (!success) throw new Error(`no packet loss was measured: ${stdout} ${stderr}`);
  return data.measurement.packetLossPercent;
};
