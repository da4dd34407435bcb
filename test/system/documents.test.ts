import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, it} from 'vitest';
import {blocksOf, documents} from './documents/blocks.ts';
import {tryBlock} from './documents/run-block.ts';
import {createSurroundings, type Surroundings} from './documents/surroundings.ts';

const withBlocks = documents
  .map((document) => ({document, blocks: blocksOf(document)}))
  .filter(({blocks}) => blocks.length > 0);

describe.each(withBlocks)('the blocks of $document work', ({blocks}) => {
  let surroundings: Surroundings;
  beforeAll(async () => {
    surroundings = await createSurroundings();
    // Named by a block before the one that shows it.
    for (const {kind, text} of blocks) {
      if (kind === 'web') writeFileSync(join(surroundings.folder, 'web.yml'), text);
    }
  });
  afterAll(() => surroundings?.close());

  it.each(blocks)('$place ($kind)', (block) => tryBlock(surroundings, block));
});
