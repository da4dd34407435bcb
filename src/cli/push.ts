import type {Config} from '../config/schema.ts';
import {createGate} from '../delivery/gate.ts';
import {startDelivery} from '../delivery/loop.ts';
import type {Outcome} from '../delivery/sink.ts';
import {lockJournal} from '../journal/database.ts';
import type {Journal} from '../journal/journal.ts';
import {openJournal} from '../journal/sqlite-journal.ts';
import {mappingOf, newestOfEachJob} from '../outputs.ts';
import type {TestResult} from '../result.ts';
import {createDestinations} from '../sinks.ts';
import {sleep} from '../sleep.ts';
import {namingJournal} from './naming-journal.ts';

const pollMs = 100;
const deadlineMs = 15_000;

/** Delivers the journal until stopped, and tells each destination's last outcome. */
const deliver = (config: Config, journal: Journal, version: string) => {
  const outcomes = new Map<string, Outcome>();
  const loops = createDestinations(config, mappingOf(config), version).map(({sink, start: _, ...settings}) =>
    startDelivery({
      // With its repetitions, for the journal notes with them what a destination shows.
      ...settings,
      journal,
      sink,
      gate: createGate(),
      newest: () => newestOfEachJob(config, journal),
      onDelivery: ({destination, outcome}) => outcomes.set(destination, outcome),
      onError: (destination, error) => outcomes.set(destination, {kind: 'retry', cause: String(error)}),
    }),
  );
  return {
    causeOf: (destination: string): string => {
      const outcome = outcomes.get(destination);
      return outcome === undefined || outcome.kind === 'accepted' ? 'no answer yet' : outcome.cause;
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
};

const report = (
  journal: Journal,
  destination: string,
  id: number,
  causeOf: (destination: string) => string,
): boolean => {
  const rejection = journal.rejections(destination).find(({resultId}) => resultId === id);
  const delivered = journal.cursor(destination) >= id;
  const verdict =
    rejection !== undefined
      ? `rejected: ${rejection.cause}`
      : delivered
        ? 'delivered'
        : `kept in the journal for later: ${causeOf(destination)}`;
  process.stderr.write(`${destination}: ${verdict}\n`);
  return delivered && rejection === undefined;
};

/**
 * Appends a result to the journal and sees to it that every destination gets it: by a bridge that runs on the same
 * journal, or else from here. Tells each destination's verdict on standard error.
 * Gives whether all of them took it. What can't be delivered now stays in the journal.
 */
export const push = async (
  config: Config,
  result: TestResult,
  version: string,
  signal: AbortSignal,
): Promise<boolean> => {
  const {path} = config.storage;
  let unlock = lockJournal(path);
  const journal = openJournal(path);
  let delivery: ReturnType<typeof deliver> | undefined;
  try {
    const configured = [...config.remote_write, ...config.pushgateway];
    const {id} = namingJournal(path, 'written', () => {
      for (const {name, replay} of configured) journal.startAt(name, replay);
      return journal.append(result);
    });
    const destinations = configured.map(({name}) => name);
    if (unlock !== undefined) delivery = deliver(config, journal, version);
    const givenUpAtMs = Date.now() + deadlineMs;
    const isWaitedFor = (destination: string): boolean => journal.cursor(destination) < id;
    while (namingJournal(path, 'read', () => destinations.some(isWaitedFor))) {
      if (signal.aborted || Date.now() > givenUpAtMs) break;
      await sleep(pollMs, signal);
      if (delivery !== undefined) continue;
      // Whoever was delivering may have ended, such as another `test --push`.
      unlock = lockJournal(path);
      if (unlock !== undefined) delivery = deliver(config, journal, version);
    }
    // What is under way is to have its verdict.
    await delivery?.stop();
    const causeOf =
      delivery?.causeOf ?? (() => 'the bridge that runs on this journal has not delivered it yet');
    const taken = namingJournal(path, 'read', () =>
      destinations.map((destination) => report(journal, destination, id, causeOf)),
    );
    return taken.every(Boolean);
  } finally {
    await delivery?.stop();
    journal.close();
    unlock?.();
  }
};
