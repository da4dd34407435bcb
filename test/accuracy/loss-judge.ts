/**
 * The counts, lowest and highest, that are believable of so many trials with a probability: fewer, and more, each happen
 * once in 200 times at most. A probability for which a count is believable is one inside the count's exact 99 %
 * confidence interval (Clopper and Pearson, "The use of confidence or fiducial limits illustrated in the case of the
 * binomial", Biometrika 26, 1934).
 */
export const binomialInterval = (count: number, probability: number): readonly [number, number] => {
  let mass = (1 - probability) ** count;
  let below = 0;
  let lowest = 0;
  for (let successes = 0; successes <= count; successes += 1) {
    if (below + mass < 0.005) lowest = successes + 1;
    below += mass;
    if (below >= 0.995) return [lowest, successes];
    mass *= ((count - successes) / (successes + 1)) * (probability / (1 - probability));
  }
  return [lowest, count];
};

export interface MeasuredLoss {
  /** What was measured. */
  readonly percent: number;
  /** With what probability the way loses a datagram or its answer. */
  readonly probability: number;
  /** How many datagrams were sent, and how many of these the way lost. */
  readonly sent: number;
  readonly dropped: number;
}

/**
 * What is wrong with a measured loss; `undefined` when it is inside the 99 % interval, and right to the datagram, which
 * tells more: 500 datagrams at 1 % may well lose none.
 */
export const lossProblem = ({percent, probability, sent, dropped}: MeasuredLoss): string | undefined => {
  const [lowest, highest] = binomialInterval(sent, probability).map((count) => (100 * count) / sent);
  if (lowest === undefined || highest === undefined || !(percent >= lowest && percent <= highest))
    return `${percent} % is outside the 99 % interval, ${lowest} to ${highest} %`;
  const exact = (100 * dropped) / sent;
  return percent === exact ? undefined : `${percent} % instead of the ${exact} % that were lost`;
};
