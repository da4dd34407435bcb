import {readFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {type Document, isMap, LineCounter, parseDocument, visit} from 'yaml';
import {anchorNamedFiles} from './named-files.ts';
import type {Source} from './problem.ts';

/** What a file holds, with where each part of it stands. */
export interface Parsed {
  readonly root: unknown;
  readonly source: Source;
}

export type ParsedFile =
  | {readonly ok: true; readonly parsed: Parsed}
  /** One line for each thing that keeps it from being read. */
  | {readonly ok: false; readonly problems: readonly string[]};

const fileProblem = (file: string, error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return `${file}: no such configuration file`;
  if (code === 'EACCES') return `${file}: the configuration file cannot be read: permission denied`;
  if (code === 'EISDIR') return `${file}: expected a configuration file, found a directory`;
  return `${file}: the configuration file cannot be read: ${error instanceof Error ? error.message : String(error)}`;
};

const firstLine = (text: string): string => text.split('\n')[0]?.replace(/:$/, '') ?? text;

/** Makes texts of numbers that would lose their spelling: where a text is wanted, 0123 must not become 123. */
const keepSpelling = (document: Document): void => {
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'number' && node.source !== String(node.value)) node.value = node.source;
    },
  });
};

/** Reads a configuration file in YAML, with the paths that it names made relative to its folder. */
export const parseYamlFile = (file: string): ParsedFile => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return {ok: false, problems: [fileProblem(file, error)]};
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false});
  if (document.errors.length > 0) {
    const problems = document.errors.map(({message, pos}) => {
      const {line, col} = lines.linePos(pos[0]);
      return `${file}:${line}:${col}: invalid YAML: ${firstLine(message)}`;
    });
    return {ok: false, problems};
  }
  keepSpelling(document);
  anchorNamedFiles(document, dirname(file));
  if (document.contents !== null && !isMap(document.contents)) {
    const found = JSON.stringify(document.toJS());
    return {ok: false, problems: [`${file}:1:1: expected a group of keys, found ${found}`]};
  }
  return {
    ok: true,
    parsed: {root: document.toJS() ?? {}, source: {file, document, lines, overrides: new Map()}},
  };
};
