import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';

const root = new URL('../../', import.meta.url);
const documents = ['', 'docs/', 'proto/', 'src/engine/native/', 'test/bench/'].flatMap((folder) =>
  readdirSync(new URL(`./${folder}`, root))
    .filter((name) => name.endsWith('.md'))
    .map((name) => folder + name),
);

/** The anchors that GitHub gives a document's headings. */
const anchorsOf = (document: URL): readonly string[] =>
  [...readFileSync(document, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );

test.each(documents)('the links of %s lead somewhere', (name) => {
  const document = new URL(name, root);
  const targets = [...readFileSync(document, 'utf8').matchAll(/(?:\]\(|src=")([^)"\s]+)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !target.startsWith('https://'));
  const dead = targets.filter((target) => {
    const {pathname, hash} = new URL(target, document);
    const file = new URL(`file://${pathname}`);
    return !existsSync(file) || (hash !== '' && !anchorsOf(file).includes(hash.slice(1)));
  });
  expect(dead).toEqual([]);
});
