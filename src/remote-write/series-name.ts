import {z} from 'zod';
import type {Labels} from '../metrics/sample.ts';

const labelList = z.array(z.tuple([z.string(), z.string()])).nonempty();

/** The text, of one line, by which a series is remembered: its complete label set as JSON. */
export const nameOfLabels = (labels: Labels): string => JSON.stringify(labels);

/** The labels of a series of that name; undefined for a text that is no such name, such as one that came to harm. */
export const labelsNamed = (seriesName: string): Labels | undefined => {
  try {
    return labelList.safeParse(JSON.parse(seriesName)).data;
  } catch {
    return undefined;
  }
};
