import {setImmediate as nextTurn} from 'node:timers/promises';

/**
 * Has those who would all go on at once do so one in each turn of the event loop. Gives what each of them waits for.
 * Node accepts one connection a turn, so that a new one waits as often as there are others before it, and for as long as
 * the turns last.
 */
export const createTurns = (): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => nextTurn());
    return last;
  };
};
