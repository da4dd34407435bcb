import {accessSync, constants, statSync} from 'node:fs';
import {delimiter, join} from 'node:path';

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/**
 * Where a program would be run from: itself when it is a path, else the first of `searchPath`'s folders that has it.
 * Undefined where it is missing or may not be executed.
 */
export const findProgram = (program: string, searchPath: string): string | undefined => {
  if (program.includes('/')) return isExecutable(program) ? program : undefined;
  return searchPath
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
};
