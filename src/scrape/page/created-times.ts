import {FloatReader} from '../parse/float-reader.ts';
import type {LineTable} from './line-table.ts';
import type {RememberedPage} from './remembered-page.ts';

const float = new FloatReader();

/** Of each series of a layout the line that tells since when it counts, or -1; undefined where no line does. */
export const findCreatedLines = (lines: LineTable, size: number): Int32Array | undefined => {
  const lineOfGroup = new Map<number, number>();
  for (let line = 0; line < lines.count; line += 1) {
    const creation = lines.creations[line] ?? 0;
    if (creation < 0) lineOfGroup.set(-creation, line);
  }
  if (lineOfGroup.size === 0) return undefined;
  const createdLines = new Int32Array(size).fill(-1);
  for (let line = 0; line < lines.count; line += 1) {
    const place = lines.places[line] ?? -1;
    const creation = lines.creations[line] ?? 0;
    if (place >= 0 && creation > 0) createdLines[place] = lineOfGroup.get(creation) ?? -1;
  }
  return createdLines;
};

/** Since when each series counts, in Unix milliseconds; NaN for those without, or with what is no time. */
export const readCreatedTimes = ({bytes, lines, createdLines}: RememberedPage): Float64Array | undefined =>
  createdLines &&
  Float64Array.from(createdLines, (line) => {
    if (line < 0) return Number.NaN;
    const seconds = float.read(bytes, (lines.starts[line] ?? 0) + (lines.headBytes[line] ?? 0));
    const createdMs = Math.trunc((seconds ?? Number.NaN) * 1000);
    return Number.isSafeInteger(createdMs) ? createdMs : Number.NaN;
  });
