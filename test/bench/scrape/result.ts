import type {Sample} from '../../../src/metrics/sample.ts';
import {map, recordedRows} from '../recorded.ts';

/** The series of one recorded result: what every server of this benchmark serves. */
export const newestSamples = (): readonly Sample[] => [...recordedRows(1)].flatMap(map);
