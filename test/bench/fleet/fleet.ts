import {startChild} from '../child.ts';
import {type Command, type Rhythm, report} from './messages.ts';

/** A fleet of probes that were started on their journals, in processes with a simulated time. */
export interface Fleet {
  /** Lets the time go on until then, Unix milliseconds. Gives what happened meanwhile. */
  advanceTo(untilMs: number): Promise<FleetReport>;
  /** Stops the probes and starts them anew. */
  restart(rhythm: Rhythm): Promise<void>;
  /** Stops the probes and their processes. */
  end(): Promise<void>;
}

export interface FleetReport {
  /** Requests with results that the receiver took, those that repeat or end series, and attempts that did not find it. */
  readonly results: number;
  readonly repeats: number;
  readonly unanswered: number;
  /** The most requests that the receiver got in a second of simulated time. */
  readonly busiestSecond: number;
  /** Of all processes. */
  readonly rssBytes: number;
}

export interface FleetPlan {
  readonly name: string;
  readonly probes: number;
  /** Where the journals are, and stay. */
  readonly folder: string;
  /** The receiver's. */
  readonly url: string;
  readonly startMs: number;
}

// One waits for the disk or the receiver while the other works.
const processes = 2;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const busiestSecond = (perSecond: readonly (readonly [number, number])[]): number => {
  const seconds = new Map<number, number>();
  for (const [second, requests] of perSecond) seconds.set(second, (seconds.get(second) ?? 0) + requests);
  return Math.max(0, ...seconds.values());
};

export const startFleet = async (
  {name, probes, folder, url, startMs}: FleetPlan,
  rhythm: Rhythm,
): Promise<Fleet> => {
  const size = Math.ceil(probes / processes);
  const children = Array.from({length: processes}, (_, index) => {
    const count = Math.min(size, probes - index * size);
    const place = [name, String(1 + index * size), String(count), folder, url, String(startMs)];
    return startChild('fleet/probes', place, ['--expose-gc']);
  });
  const askAll = (command: Command): Promise<unknown[]> =>
    Promise.all(children.map((child) => child.ask(command)));

  await askAll({do: 'start', ...rhythm});
  return {
    advanceTo: async (untilMs) => {
      const reports = (await askAll({do: 'advance', untilMs})).map((answer) => report.parse(answer));
      return {
        results: sum(reports.map(({results}) => results)),
        repeats: sum(reports.map(({repeats}) => repeats)),
        unanswered: sum(reports.map(({unanswered}) => unanswered)),
        busiestSecond: busiestSecond(reports.flatMap(({perSecond}) => perSecond)),
        rssBytes: sum(reports.map(({rssBytes}) => rssBytes)),
      };
    },
    restart: async (next) => {
      await askAll({do: 'stop'});
      await askAll({do: 'start', ...next});
    },
    end: async () => {
      await askAll({do: 'stop'});
      await Promise.all(children.map((child) => child.stop()));
    },
  };
};
