import {isAbsolute, join} from 'node:path';
import {type Document, isScalar, isSeq, type Node, visit} from 'yaml';

/** Groups whose keys are the user's own words. */
const ownWords: readonly unknown[] = [
  'labels',
  'grouping_key',
  'headers',
  'endpoint_params',
  'basic_auth_users',
];

const isKeyOfFile = (key: unknown): boolean =>
  typeof key === 'string' && (key.endsWith('_file') || key === 'server_list');

const isKeyOfFiles = (key: unknown): boolean =>
  typeof key === 'string' && (key === 'files' || key.endsWith('_files'));

/**
 * Makes the paths of the files that a configuration file names relative to its own folder, as Prometheus takes them:
 * those of `*_file`, `files`, `*_files` and `server_list`.
 */
export const anchorNamedFiles = (document: Document, folder: string): void => {
  const anchor = (node: unknown): void => {
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '' && !isAbsolute(node.value)) {
      node.value = join(folder, node.value);
    }
  };
  visit(document, {
    Pair: (_, {key, value}) => {
      const name = isScalar(key) ? key.value : undefined;
      if (ownWords.includes(name)) return visit.SKIP;
      if (isKeyOfFile(name)) anchor(value);
      else if (isKeyOfFiles(name) && isSeq<Node>(value)) value.items.forEach(anchor);
      return undefined;
    },
  });
};
