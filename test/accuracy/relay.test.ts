import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {expect, it, onTestFinished} from 'vitest';
import {z} from 'zod';
import {collectFigures} from './figures.ts';
import {createNetwork, type Network, networkHindrance} from './network.ts';
import {icmpRoundTripMs, iperf3Rate, measure, startReflector} from './programs.ts';

const hindrance = await networkHindrance();
if (hindrance !== undefined) console.warn(`accuracy is not tested over long ways: ${hindrance}`);

/** A program of this folder, which `npm run test:accuracy` compiles. */
const program = (name: string): readonly string[] => [
  process.execPath,
  fileURLToPath(new URL(`../../.cache/accuracy/${name}.js`, import.meta.url)),
];

const ports = {echo: 8991, relayToEcho: 8992, relay: 8990} as const;

const startOnServer = async (network: Network, name: string, args: readonly unknown[]): Promise<void> => {
  const {stdout} = network.start('server', [...program(name), ...args.map(String)]);
  if (stdout !== null) await once(stdout, 'data');
};

const bare = z.object({directMs: z.number(), relayedMs: z.number()});

/** What bare sockets see: of a server that answers so much later, and of the same so much further away. */
const pingBare = async (network: Network, delayMs: number): Promise<z.infer<typeof bare>> => {
  const host = network.serverAddress;
  await startOnServer(network, 'bare-echo', [host, ports.echo]);
  await startOnServer(network, 'relay', [host, ports.relayToEcho, ports.echo, delayMs, 0]);
  const args = [host, ports.echo, ports.relayToEcho, delayMs, 20].map(String);
  const {stdout} = await network.run('client', [...program('bare-ping'), ...args]);
  return bare.parse(JSON.parse(stdout));
};

/** Starts a relay on the server, so much away from the server at `url`. Gives its own URL. */
const startRelay = async (network: Network, url: string, delayMs: number, ownMs: number): Promise<string> => {
  const {hostname, port} = new URL(url);
  await startOnServer(network, 'relay', [hostname, ports.relay, port, delayMs, ownMs]);
  return `http://${hostname}:${ports.relay}/`;
};

const seconds = 8;
const addFigure = collectFigures();

it.skipIf(hindrance !== undefined).each([5, 50, 150])(
  'a line is measured as it is from %i ms away',
  async (delayMs) => {
    const network = await createNetwork();
    onTestFinished(network.close);
    await network.shape({bitsPerSecond: 100e6, queueMs: 30});
    const {directMs, relayedMs} = await pingBare(network, delayMs);
    // A way has no process that must wake up to let something pass: that is not of the delay's making.
    const ownMs = Math.max(0, relayedMs - directMs);
    const near = await startReflector(network);
    const far = await startRelay(network, near, delayMs, ownMs);
    const measured = await measure(network, far, {seconds});

    const reference = (await icmpRoundTripMs(network)) + delayMs;
    const inMs = {reference, unit: 'ms'};
    addFigure({what: `latency ${delayMs} ms away`, measured: measured.ping.latencyMs, ...inMs});
    addFigure({what: 'the same, bare sockets', measured: directMs, ...inMs});
    addFigure({what: 'the same, relay not set right', measured: relayedMs, ...inMs});
    const rates = [];
    for (const direction of ['download', 'upload'] as const) {
      const rate = measured[direction].bytesPerSecond;
      // iperf3 is not relayed: it says what the line carries.
      const carried = await iperf3Rate(network, direction, {seconds});
      const what = `${direction} ${delayMs} ms away`;
      addFigure({what, measured: (rate * 8) / 1e6, reference: (carried * 8) / 1e6, unit: 'Mbit/s'});
      rates.push({what, ratio: rate / carried});
    }
    for (const {what, ratio} of rates)
      expect(Math.abs(ratio - 1), `${what}: ratio ${ratio}`).toBeLessThan(0.03);
    expect(Math.abs(measured.ping.latencyMs - reference)).toBeLessThan(1);
  },
);
