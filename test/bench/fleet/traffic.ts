import {setImmediate as nextTurn} from 'node:timers/promises';
import type {Outcome, Sink} from '../../../src/delivery/sink.ts';
import type {TrafficReport} from './messages.ts';

/** The requests of a fleet, counted by the second of `Date.now` in which each was made. */
export interface Traffic {
  /** The same sink, its requests counted. */
  watch(sink: Sink): Sink;
  /** Resolves when no request is under way and none follows from the answers. */
  settled(): Promise<void>;
  /** What was counted since it was last taken. */
  take(): TrafficReport;
}

export const createTraffic = (): Traffic => {
  let underWay = 0;
  let onAnswer = (): void => undefined;
  let counted = {results: 0, repeats: 0, unanswered: 0};
  let perSecond = new Map<number, number>();

  const count = async (kind: 'results' | 'repeats', attempt: () => Promise<Outcome>): Promise<Outcome> => {
    const second = Math.floor(Date.now() / 1000);
    underWay += 1;
    try {
      const outcome = await attempt();
      counted[outcome.kind === 'retry' ? 'unanswered' : kind] += 1;
      if (outcome.kind !== 'retry') perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
      return outcome;
    } finally {
      underWay -= 1;
      onAnswer();
    }
  };

  return {
    watch: (sink) => {
      const {timeline} = sink;
      return {
        ...sink,
        deliver: (batch, signal) => count('results', () => sink.deliver(batch, signal)),
        ...(timeline && {
          timeline: {
            ...timeline,
            prepare: (...batch) => {
              const ready = timeline.prepare(...batch);
              return {...ready, send: (signal) => count('results', () => ready.send(signal))};
            },
            repeat: (...repetition) => count('repeats', () => timeline.repeat(...repetition)),
          },
        }),
      };
    },
    settled: async () => {
      // What an answer sets off at once runs before the next turn of the event loop.
      await nextTurn();
      while (underWay > 0) {
        await new Promise<void>((resolve) => {
          onAnswer = resolve;
        });
        await nextTurn();
      }
    },
    take: () => {
      const report = {...counted, perSecond: [...perSecond]};
      counted = {results: 0, repeats: 0, unanswered: 0};
      perSecond = new Map();
      return report;
    },
  };
};
