import type {Labels} from '../../metrics/sample.ts';

/** A number above zero, of 53 bits, by which texts are looked up. Two lists of texts can have the same. */
export const hashOf = (texts: Iterable<string>): number => {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (const text of texts) {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b);
    }
    // Ends the text: 0xffff is no character.
    low = Math.imul(low ^ 0xffff, 0x01000193) ^ (low >>> 13);
    high = Math.imul(high ^ 0xffff, 0x85ebca6b) ^ (high >>> 15);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0) + 1;
};

const areSame = (a: Labels, b: Labels): boolean =>
  a.length === b.length &&
  a.every(([name, value], index) => name === b[index]?.[0] && value === b[index]?.[1]);

/** Series of which there are no two with the same labels, held by their hashes and their places in a list. */
export interface SeriesSet {
  /** The place of the series with these labels, if it is in. */
  find(hash: number, labels: () => Labels): number | undefined;
  add(hash: number, place: number): void;
}

/** @param labelsAt the labels of the series at a place. */
export const createSeriesSet = (labelsAt: (place: number) => Labels): SeriesSet => {
  const places = new Map<number, number | number[]>();
  return {
    find: (hash, labels) => {
      const candidates = places.get(hash);
      if (candidates === undefined) return undefined;
      const wanted = labels();
      return [candidates].flat().find((place) => areSame(labelsAt(place), wanted));
    },
    add: (hash, place) => {
      const others = places.get(hash);
      places.set(hash, others === undefined ? place : [others, place].flat());
    },
  };
};
