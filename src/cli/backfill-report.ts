import type {Backfilled} from '../delivery/backfill.ts';
import {adviceFor} from '../receiver/advice.ts';
import {type AgeLimit, ageLimitText, type Product} from '../receiver/age-limit.ts';

const time = (ms: number): string => new Date(ms).toISOString();

const refusedIn = ({refusals}: Backfilled): number => refusals.reduce((sum, {results}) => sum + results, 0);

/** Whether every result was taken, as far as the receiver tells. */
export const isComplete = (done: Backfilled): boolean =>
  refusedIn(done) === 0 && done.unwritten === 0 && done.stopped === undefined;

/**
 * What there is to say before results are sent.
 * @param tooOld how many of them are older than the limit.
 */
export const beforeLines = (limit: AgeLimit, tooOld: number, total: number): readonly string[] => [
  ageLimitText(limit),
  ...(tooOld > 0 ? [`${tooOld} of ${total} results are older than the receiver takes or keeps`] : []),
];

/** What became of them, and what to set where some were refused. */
export const afterLines = (
  done: Backfilled,
  product: Product | undefined,
  nowMs: number,
): readonly string[] => {
  const {taken, unwritten, refusals, stopped} = done;
  const oldestMs = Math.min(...refusals.map(({firstMs}) => firstMs));
  return [
    `${taken} results taken, ${refusedIn(done)} refused`,
    ...(unwritten > 0 ? [`${unwritten} samples of those taken were left out, the receiver says`] : []),
    ...refusals.map(
      ({results, firstMs, lastMs, words}) =>
        `  ${results} from ${time(firstMs)} to ${time(lastMs)}: ${words}`,
    ),
    ...(refusals.length > 0
      ? [
          'Where that is for their age, set:',
          ...adviceFor(product, nowMs - oldestMs).map((line) => `  ${line}`),
        ]
      : []),
    ...(stopped === undefined
      ? []
      : [`stopped: ${stopped.cause}`, `Go on with --from ${time(stopped.atMs)}`]),
  ];
};
