import type {HttpClient} from '../delivery/http/message.ts';
import {outcomeOf} from '../delivery/outcome.ts';
import type {Outcome} from '../delivery/sink.ts';
import {encodeScraped, type ScrapedSample} from '../exposition/scraped-text.ts';
import {textContentType} from '../exposition/text.ts';
import type {Page, PageSink} from '../forwarding/page-sink.ts';
import type {Labels} from '../metrics/sample.ts';
import type {Block} from '../scrape/block.ts';
import {staleIn} from '../scrape/page/sample-values.ts';
import {groupingUrl} from './grouping-url.ts';

export interface PagesSettings {
  readonly name: string;
  /** The Pushgateway's own address. */
  readonly url: URL;
}

/** What a group has after a scrape: the series that did not end. Of no samples where it is to be deleted. */
interface Group {
  readonly labels: Labels;
  readonly samples: ScrapedSample[];
}

const keyOf = (labels: Labels): string => JSON.stringify(labels);

/**
 * A scrape's samples by group. A group is named by the values that its series have of the labels that the target has: these
 * are the target's, unless it may speak for others (`honor_labels`). The Pushgateway would put the group's in their place.
 * @param shown the labels of the groups that there were before, which have no samples where the scrape has none of them.
 */
const groupsOf = (
  target: Labels,
  blocks: readonly Block[],
  shown: ReadonlyMap<string, Labels>,
): readonly Group[] => {
  const names = new Set(target.map(([name]) => name));
  const groups = new Map<string, Group>();
  for (const [key, labels] of shown) groups.set(key, {labels, samples: []});
  for (const {layout, values} of blocks) {
    const isEnded = staleIn(values);
    for (let index = 0; index < layout.size; index += 1) {
      const series = layout.seriesAt(index);
      const labels = series.labels.filter(([name]) => names.has(name));
      const key = keyOf(labels);
      const group = groups.get(key) ?? {labels, samples: []};
      groups.set(key, group);
      if (!isEnded(index)) group.samples.push({...series, value: values[index] ?? 0});
    }
  }
  return [...groups.values()];
};

const noJob: Outcome = {
  kind: 'rejected',
  cause: 'the series have no label job, which a Pushgateway asks for',
};

/** The labels of the groups that a Pushgateway may show of each target: all that it was asked to, whatever it answered. */
const createShownGroups = () => {
  const shown = new Map<string, Map<string, Labels>>();
  return {
    of: (target: Labels): ReadonlyMap<string, Labels> => shown.get(keyOf(target)) ?? new Map(),
    add: (target: Labels, labels: Labels): void => {
      const groups = shown.get(keyOf(target)) ?? new Map<string, Labels>();
      shown.set(keyOf(target), groups.set(keyOf(labels), labels));
    },
    remove: (target: Labels, labels: Labels): void => {
      const groups = shown.get(keyOf(target));
      groups?.delete(keyOf(labels));
      if (groups?.size === 0) shown.delete(keyOf(target));
    },
  };
};

/**
 * Shows the newest scrape of each target on a Pushgateway, as one group, or as several where it speaks for others. A
 * group that the target has no more is deleted: the Pushgateway has no staleness, and would show it for ever. That goes by
 * what was shown since the start, for the scrape that had a group's ends may be one that was passed over while the Pushgateway
 * was away.
 * @param client makes the requests, and is closed with the sink.
 * @param version this program's, for the User-Agent.
 */
export const pushgatewayPages = (
  {name, url: base}: PagesSettings,
  client: HttpClient,
  version: string,
): PageSink => {
  const userAgent = {'user-agent': `speedtest-bridge/${version}`};
  const shown = createShownGroups();

  const pageOf = (target: Labels, {labels, samples}: Group): Page => ({
    samples: samples.length,
    send: async (signal) => {
      const {job, ...others} = Object.fromEntries(labels);
      if (job === undefined) return noJob;
      const url = groupingUrl(base, job, others);
      const request =
        samples.length === 0
          ? ({method: 'DELETE', url, headers: userAgent} as const)
          : ({
              method: 'PUT',
              url,
              headers: {...userAgent, 'content-type': textContentType},
              body: encodeScraped(samples),
            } as const);
      // Before the answer, which may be lost though the group is there.
      if (request.method === 'PUT') shown.add(target, labels);
      const outcome = outcomeOf(await client.send(request, signal), Date.now());
      // A refusal is final: who may not delete would be asked for every group there ever was.
      if (request.method === 'DELETE' && outcome.kind !== 'retry') shown.remove(target, labels);
      return outcome;
    },
  });

  return {
    name,
    pages: (target, blocks) =>
      groupsOf(target, blocks, shown.of(target)).map((group) => pageOf(target, group)),
    close: () => client.close(),
  };
};
