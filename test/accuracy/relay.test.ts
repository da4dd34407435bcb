import {once} from 'node:events';
import {fileURLToPath} from 'node:url';
import {expect, it, onTestFinished} from 'vitest';
import {collectFigures} from './figures.ts';
import {createNetwork, type Network, networkHindrance} from './network.ts';
import {icmpRoundTripMs, iperf3Rate, measure, startReflector} from './programs.ts';

const hindrance = await networkHindrance();
if (hindrance !== undefined) console.warn(`accuracy is not tested over long ways: ${hindrance}`);

/** relay.ts, which `npm run test:accuracy` compiles. */
const relay = fileURLToPath(new URL('../../.cache/accuracy/relay.js', import.meta.url));
const relayPort = 8990;

/** Starts a relay on the server, so much away from the server at `url`. Gives its own URL. */
const startRelay = async (network: Network, url: string, delayMs: number): Promise<string> => {
  const {hostname, port} = new URL(url);
  const command = [process.execPath, relay, hostname, String(relayPort), port, String(delayMs)];
  const {stdout} = network.start('server', command);
  if (stdout !== null) await once(stdout, 'data');
  return `http://${hostname}:${relayPort}/`;
};

const seconds = 8;
const addFigure = collectFigures();

it.skipIf(hindrance !== undefined).each([5, 50, 150])(
  'a line is measured as it is from %i ms away',
  async (delayMs) => {
    const network = await createNetwork();
    onTestFinished(network.close);
    await network.shape({bitsPerSecond: 100e6, queueMs: 30});
    const near = await startReflector(network);
    const measured = await measure(network, await startRelay(network, near, delayMs), {seconds});

    const expectedMs = (await icmpRoundTripMs(network)) + delayMs;
    addFigure({
      what: `latency ${delayMs} ms away`,
      measured: measured.ping.latencyMs,
      reference: expectedMs,
      unit: 'ms',
    });
    const rates = [];
    for (const direction of ['download', 'upload'] as const) {
      const rate = measured[direction].bytesPerSecond;
      // iperf3 is not relayed: it says what the line carries.
      const reference = await iperf3Rate(network, direction, {seconds});
      const what = `${direction} ${delayMs} ms away`;
      addFigure({what, measured: (rate * 8) / 1e6, reference: (reference * 8) / 1e6, unit: 'Mbit/s'});
      rates.push({what, ratio: rate / reference});
    }
    for (const {what, ratio} of rates)
      expect(Math.abs(ratio - 1), `${what}: ratio ${ratio}`).toBeLessThan(0.03);
    expect(Math.abs(measured.ping.latencyMs - expectedMs)).toBeLessThan(1);
  },
);
