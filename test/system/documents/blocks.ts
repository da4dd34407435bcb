import {readdirSync, readFileSync} from 'node:fs';
import {parse} from 'yaml';
import {z} from 'zod';

const root = new URL('../../../', import.meta.url);

/** What is done with a block: commands are run, configurations are loaded by the program that they are for. */
type Kind = 'commands' | 'bridge' | 'web' | 'prometheus' | 'not to be run';

/** A fenced block of a document. */
export interface Block {
  /** `README.md:27`, for messages. */
  readonly place: string;
  readonly kind: Kind;
  readonly text: string;
}

const yamlKinds: readonly (readonly [Kind, readonly string[]])[] = [
  [
    'bridge',
    ['jobs', 'labels', 'metrics', 'engines', 'remote_write', 'pushgateway', 'tracker', 'web', 'storage'],
  ],
  ['web', ['tls_server_config', 'basic_auth_users']],
  ['prometheus', ['scrape_configs', 'rule_files']],
];

/** Throws for a block of no known kind: a test that passed it over would not tell that nobody tries it. */
const kindOf = (language: string, text: string, place: string): Kind => {
  if (language === 'sh') return 'commands';
  // Drawings, and what programs print.
  if (language === 'text') return 'not to be run';
  if (language === 'yaml') {
    const keys = Object.keys(z.record(z.string(), z.unknown()).parse(parse(text)));
    const kind = yamlKinds.find(([, known]) => keys.some((key) => known.includes(key)))?.[0];
    if (kind !== undefined) return kind;
  }
  throw new Error(`${place}: a block of language "${language}" that no test knows how to try`);
};

/** Every document of the project's folder and of docs/. */
export const documents: readonly string[] = ['', 'docs/'].flatMap((folder) =>
  readdirSync(new URL(`./${folder}`, root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name),
);

/** The fenced blocks of a document, in its order. Throws where one is indented or not closed, and so would be passed over. */
export const blocksOf = (document: string): readonly Block[] => {
  const content = readFileSync(new URL(document, root), 'utf8');
  const fenced = [...content.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)];
  if ((content.match(/^\s*(?:```|~~~)/gm) ?? []).length !== 2 * fenced.length) {
    throw new Error(`${document}: a fence that is indented, not closed, or of another kind than \`\`\``);
  }
  return fenced.map(({1: language = '', 2: text = '', index}) => {
    const place = `${document}:${content.slice(0, index).split('\n').length}`;
    return {place, text, kind: kindOf(language, text, place)};
  });
};
