import {describe, expect, it} from 'vitest';
import {binomialInterval, lossProblem} from '../../accuracy/loss-judge.ts';

// Calculated with rational numbers from the binomial distribution's definition.
it.each([
  [500, 0, [0, 0]],
  [500, 0.01, [0, 12]],
  [500, 0.05, [13, 38]],
  [500, 0.2, [78, 124]],
  [100, 0.2, [10, 31]],
  [10, 0.5, [1, 9]],
  [1, 0.5, [0, 1]],
])('of %i trials at %d each of these counts is believable', (count, probability, interval) => {
  expect(binomialInterval(count, probability)).toEqual(interval);
});

describe('a measured loss', () => {
  const lines = [
    {probability: 0.01, sent: 500, dropped: 6},
    {probability: 0.05, sent: 500, dropped: 26},
    {probability: 0.2, sent: 500, dropped: 104},
  ];

  it.each(lines)('is good when it is what was lost: %j', (line) => {
    expect(lossProblem({...line, percent: (100 * line.dropped) / line.sent})).toBeUndefined();
  });

  const wrong: readonly (readonly [string, (sent: number, dropped: number) => number])[] = [
    ['sees the way there alone', (sent, dropped) => (50 * dropped) / sent],
    ['relates the lost ones to those that came', (sent, dropped) => (100 * dropped) / (sent - dropped)],
    ['takes the last one for lost', (sent, dropped) => (100 * (dropped + 1)) / sent],
    ['forgets one', (sent, dropped) => (100 * (dropped - 1)) / sent],
    ['tells a fraction', (sent, dropped) => dropped / sent],
    ['sees no loss', () => 0],
    ['sees nothing else', () => 100],
    ['can not tell', () => Number.NaN],
  ];
  it.each(wrong)('is refused of an estimator that %s', (_, estimate) => {
    for (const line of lines) {
      expect(lossProblem({...line, percent: estimate(line.sent, line.dropped)})).toMatch(/ % /);
    }
  });

  it('is refused where the way itself loses far more or less than it should', () => {
    expect(lossProblem({probability: 0.05, sent: 500, dropped: 50, percent: 10})).toMatch(/outside/);
    expect(lossProblem({probability: 0, sent: 500, dropped: 1, percent: 0.2})).toMatch(/outside/);
  });
});
