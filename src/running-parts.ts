import {isDeepStrictEqual} from 'node:util';

/** A part that is to run. */
export interface WantedPart<Part> {
  /** Plain data: a part that runs stays as it is for as long as this is equal. */
  readonly identity: unknown;
  readonly start: () => Part;
}

/** Parts that run, each under a name of its own. */
export interface RunningParts<Part> {
  all(): ReadonlyMap<string, Part>;
  /**
   * Stops what is not wanted any more, starts what is new, and replaces what is wanted in another form: it has ended by the
   * time the other one starts. Leaves all others alone. Rejects when a part could not be stopped, with the rest done.
   */
  reconcile(wanted: ReadonlyMap<string, WantedPart<Part>>): Promise<void>;
  /** Stops all. */
  stop(): Promise<void>;
}

/** None at first. Only one reconciliation may be under way at a time. */
export const createRunningParts = <Part extends {stop(): Promise<void>}>(): RunningParts<Part> => {
  const running = new Map<string, Part>();
  const identities = new Map<string, unknown>();

  const reconcile: RunningParts<Part>['reconcile'] = async (wanted) => {
    const stopping = [...running].filter(([name]) => {
      const other = wanted.get(name);
      return other === undefined || !isDeepStrictEqual(other.identity, identities.get(name));
    });
    for (const [name] of stopping) running.delete(name);
    // Where there is nothing to wait for, all runs when this returns.
    const ended = stopping.map(([, part]) => part.stop());
    const stopped = ended.length === 0 ? [] : await Promise.allSettled(ended);
    for (const [name, {identity, start}] of wanted) {
      if (running.has(name)) continue;
      running.set(name, start());
      identities.set(name, identity);
    }
    const errors = stopped.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, 'not everything could be stopped');
  };

  return {all: () => running, reconcile, stop: () => reconcile(new Map())};
};
