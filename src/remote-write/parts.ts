import type {TimeSeries} from './series.ts';

/** Fewer samples than this are not worth a request of their own. */
const leastSamples = 1000;

const samplesIn = ({values}: TimeSeries): number => values.length;

/**
 * Divides a request's series among at most `most` requests of about as many samples each, which may be under way at the
 * same time: all points of a series are in one of them. The same series are always divided in the same way.
 */
export const divide = (series: readonly TimeSeries[], most: number): readonly (readonly TimeSeries[])[] => {
  const total = series.reduce((sum, each) => sum + samplesIn(each), 0);
  const count = Math.max(1, Math.min(most, Math.floor(total / leastSamples)));
  let before = 0;
  const places = series.map((each) => {
    const place = Math.min(Math.floor((before * count) / total), count - 1);
    before += samplesIn(each);
    return place;
  });
  return Array.from({length: count}, (_, part) =>
    series.filter((_each, index) => places[index] === part),
  ).filter((part) => part.length > 0); // a series can be larger than a part
};
