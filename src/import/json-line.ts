import type {Imported} from './source.ts';

/** Reads a line that holds one value in JSON. */
export const readJsonLine = (line: string, read: (json: unknown) => Imported): Imported => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return {kind: 'wrong', problem: 'not JSON'};
  }
  return read(json);
};
