import {describe, expect, it} from 'vitest';
import {checklist, describeRemoteWriteSender} from '../../contract/remote-write/checklist.ts';
import {resultsSender} from '../../contract/remote-write/results-sender.ts';
import {scrapesSender} from '../../contract/remote-write/scrapes-sender.ts';

for (const sender of [resultsSender, scrapesSender])
  for (const version of ['1.0', '2.0'] as const) describeRemoteWriteSender(sender, version);

describe('the checklist', () => {
  it('has a check for every requirement, or says why it binds a sender not', () => {
    expect(checklist.filter(({checks}) => checks === undefined)).toEqual([]);
    const unbound = checklist.flatMap(({words, checks}) =>
      [checks?.results, checks?.scrapes].every((check) => typeof check !== 'function') ? [words] : [],
    );
    expect(unbound).toHaveLength(1);
  });
});
