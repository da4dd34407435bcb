import {readFileSync} from 'node:fs';

/** The version that a package.json tells. */
export const versionIn = (file: URL): string => {
  const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof json === 'object' && json !== null && 'version' in json && typeof json.version === 'string') {
    return json.version;
  }
  throw new Error(`${file.pathname} has no version`);
};

/** This package's version, from its package.json. */
export const packageVersion = (): string => versionIn(new URL('../package.json', import.meta.url));
