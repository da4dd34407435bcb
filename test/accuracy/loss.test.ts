import {describe, expect, it} from 'vitest';
import {collectFigures} from './figures.ts';
import {lossProblem} from './loss-judge.ts';
import {measureLoss, startLossyWay} from './lossy-way.ts';

describe('a way that loses datagrams', () => {
  const addFigure = collectFigures();

  // The same datagrams are lost in every run, so that no chance is left: an interval of 99 % fails always or never.
  it.concurrent.each([0, 1, 5, 20])('loss of %d in a hundred is measured as it is', async (percentLost) => {
    const probability = percentLost / 100;
    const way = await startLossyWay(probability, 2026);
    const percent = await measureLoss(way.url, {seconds: 10});
    expect(way.sent()).toBe(500);
    const reference = (100 * way.dropped()) / way.sent();
    addFigure({what: `packet loss at ${percentLost} %`, measured: percent, reference, unit: '%'});
    expect(lossProblem({percent, probability, sent: way.sent(), dropped: way.dropped()})).toBeUndefined();
  });
});
