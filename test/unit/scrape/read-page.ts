import type {Exemplar, Family} from '../../../src/scrape/block.ts';
import {createPageMemory, type PageContents, type PageMemory} from '../../../src/scrape/page/page-memory.ts';
import type {ExposedSeries, PageFormat} from '../../../src/scrape/parse/series-text.ts';

/** A sample of a page, with all that the page says of it. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly family: Family;
  readonly timestampMs?: number;
  readonly createdMs?: number;
  readonly exemplar?: Omit<Exemplar, 'index'>;
}

const sortedLabels = ({name, labels}: ExposedSeries) =>
  [['__name__', name] as const, ...labels]
    .filter(([, value]) => value !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

/** A memory that leaves labels as they are, and drops series called `dropped`. */
export const plainMemory = (): PageMemory =>
  createPageMemory({
    honorTimestamps: true,
    exemplars: true,
    toLabels: (series) => (series.name === 'dropped' ? undefined : sortedLabels(series)),
  });

const given = (numbers: Float64Array | undefined, index: number): number | undefined => {
  const number = numbers?.[index];
  return number === undefined || Number.isNaN(number) ? undefined : number;
};

/** The samples of a page, one by one. */
export const samplesOf = (contents: PageContents): readonly ReadSample[] =>
  Array.from({length: contents.layout.size}, (_, index) => {
    const {labels, family} = contents.layout.seriesAt(index);
    const {__name__: name = '', ...others} = Object.fromEntries(labels);
    const timestampMs = given(contents.timestampsMs, index);
    const createdMs = given(contents.createdMs, index);
    const {index: _place, ...exemplar} = contents.exemplars?.find((each) => each.index === index) ?? {};
    return {
      name,
      labels: others,
      value: contents.values[index] ?? Number.NaN,
      family,
      ...(timestampMs !== undefined && {timestampMs}),
      ...(createdMs !== undefined && {createdMs}),
      ...('value' in exemplar && {exemplar}),
    };
  });

/** The samples of a page that nothing is known of yet. Rejects with a `PageError`. */
export const readPage = async (page: string | Buffer, format: PageFormat): Promise<readonly ReadSample[]> =>
  samplesOf(await plainMemory().read(Buffer.from(page), format));
