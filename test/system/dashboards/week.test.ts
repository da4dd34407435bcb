import {afterAll, beforeAll, describe} from 'vitest';
import {type FilledServers, profilesBy, startWays, ways} from '../../fixtures/week/ways.ts';
import {testCommunityDashboard} from './community.ts';
import {testResultsDashboards} from './results.ts';

let filled: FilledServers | undefined;
beforeAll(async () => {
  filled = await startWays();
}, 300_000);
afterAll(() => filled?.stop());

const servers = (): FilledServers => {
  if (filled === undefined) throw new Error('the servers have not been filled');
  return filled;
};

describe.each(ways)('in Prometheus, a week of results that are %s', (way) => {
  const prometheus = () => servers().prometheus[way];
  testResultsDashboards(way, profilesBy[way], prometheus);
  testCommunityDashboard(way, prometheus);
});

describe('in VictoriaMetrics, a week of results', () => {
  describe('that are written once', () => {
    // Its bare selectors look back for as long as the time between samples: there is no five minutes to tell apart.
    testResultsDashboards('written once', ['documented'], () => servers().victoriaMetrics['written once']);
  });

  describe('that are scraped', () => {
    testResultsDashboards('scraped', ['documented'], () => servers().victoriaMetrics.scraped);
    testCommunityDashboard('scraped', () => servers().victoriaMetrics.scraped);
  });
});
