/**
 * The probes of a fleet in one process, whose time is simulated. Does what its messages say: see `command`.
 * Arguments: the fleet's name, the number of the first of its probes that are here, how many these are, the folder of
 * their journals, the URL of the receiver, and the time at which the clock stands at first (Unix milliseconds).
 * Needs Node's flag --expose-gc.
 */
import {type Engine, EngineError} from '../../../src/engine/engine.ts';
import {sleep} from '../../../src/sleep.ts';
import {createRandom, recordedResults} from '../recorded.ts';
import {installFakeClock} from './fake-clock.ts';
import {type Command, command, type Report} from './messages.ts';
import {configOf, instancesOf, startProbe} from './probe.ts';
import {createTraffic} from './traffic.ts';

const [fleet = '', first = '', count = '', folder = '', url = '', startMs = ''] = process.argv.slice(2);
const instances = instancesOf(fleet, Number(first), Number(count));
const traffic = createTraffic();
const clock = installFakeClock(Number(startMs), traffic.settled);
const random = createRandom(Number(first));

const failsEvery = 20;
let tests = 0;
const recorded = recordedResults(Number.POSITIVE_INFINITY, Number(first));

/** Takes as long as the recorded test took, and gives what that gave. */
const engine: Engine = async (_run, signal) => {
  const {value} = recorded.next();
  tests += 1;
  const fails = tests % failsEvery === 0;
  await sleep(value.endedAtMs - value.startedAtMs, signal);
  if (fails) throw new EngineError('connection', 'speed.example:8080 refused the connection');
  return value.measurement;
};

let stops: (() => Promise<void>)[] = [];

const obey = async (given: Command): Promise<Report | 'done'> => {
  switch (given.do) {
    case 'start':
      stops = instances.map((instance) =>
        startProbe(configOf(instance, {folder, url, ...given}), {engine, watch: traffic.watch, random}),
      );
      return 'done';
    case 'advance':
      await clock.advanceTo(given.untilMs);
      globalThis.gc?.();
      return {...traffic.take(), rssBytes: process.memoryUsage.rss()};
    case 'stop':
      await Promise.all(stops.map((stop) => stop()));
      return 'done';
    default:
      return given satisfies never;
  }
};

process.on('message', (message) => {
  void obey(command.parse(message)).then((answer) => process.send?.(answer));
});
process.once('disconnect', () => process.exit());
