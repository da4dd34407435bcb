import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {it} from 'vitest';
import {blocksOf, documents} from './documents/blocks.ts';
import {tryBlock} from './documents/run-block.ts';
import {createSurroundings} from './documents/surroundings.ts';

const withBlocks = documents
  .map((document) => ({document, blocks: blocksOf(document)}))
  .filter(({blocks}) => blocks.some(({kind}) => kind !== 'not to be run'));

it.each(withBlocks)('the blocks of $document work', {timeout: 300_000}, async ({blocks}) => {
  const surroundings = await createSurroundings();
  // Named by a block before the one that shows it.
  for (const {kind, text} of blocks) {
    if (kind === 'web') writeFileSync(join(surroundings.folder, 'web.yml'), text);
  }
  for (const block of blocks) {
    await tryBlock(surroundings, block).catch((error: unknown) => {
      throw new Error(
        `${block.place} does not work: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
  }
});
