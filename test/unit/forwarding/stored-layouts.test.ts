import {setImmediate} from 'node:timers/promises';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {expect, it, onTestFinished} from 'vitest';
import {openScrapeDatabase} from '../../../src/forwarding/scrape-database.ts';
import {openStoredLayouts} from '../../../src/forwarding/stored-layouts.ts';
import {openDatabase} from '../../../src/journal/database.ts';
import {numberQuery} from '../../../src/journal/query.ts';
import {createLayout} from '../../../src/scrape/layout.ts';
import {newPath} from '../journal/open.ts';
import {seriesOf} from './blocks.ts';

const layoutOf = (name: string) => createLayout(seriesOf(name, 5));

/** Layouts in the file of a journal without blocks, of which only `many` fit into memory. */
const openedFor = (many: number, now: () => number = () => 0) => {
  const path = newPath();
  openScrapeDatabase(path, now).close();
  const db = openDatabase(path, undefined, ['']);
  onTestFinished(() => {
    db.close();
  });
  const layouts = openStoredLayouts(db, now, layoutOf('a').bytes.length * many);
  return {db, layouts, rows: numberQuery(db, 'SELECT count(*) FROM layouts')};
};

/** Collects what nothing refers to. What a WeakRef gave is kept until the current job ends. */
const collectGarbage = async (): Promise<void> => {
  await setImmediate();
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

it('lets go of the layouts that were used longest ago, and reads them again when they are asked for', async () => {
  const {layouts} = openedFor(2);
  const use = (name: string) => new WeakRef(layouts.layout(layouts.idOf(layoutOf(name))));
  const [, b, a, c] = ['a', 'b', 'a', 'c'].map(use);
  await collectGarbage();
  expect([a, b, c].map((layout) => layout?.deref()?.key)).toEqual([
    layoutOf('a').key,
    undefined,
    layoutOf('c').key,
  ]);
  const idB = layouts.idOf(layoutOf('b'));
  await collectGarbage();
  const again = layouts.layout(idB);
  expect(again.key).toBe(layoutOf('b').key);
  expect(again.seriesAt(4)).toEqual(layoutOf('b').seriesAt(4));
  expect(layouts.layout(idB)).toBe(again);
});

it('has a layout that is in use once, also where there is no room for it', () => {
  const {layouts} = openedFor(0);
  const a = layoutOf('a');
  const id = layouts.idOf(a);
  expect(layouts.layout(id)).toBe(a);
  layouts.prune();
  expect(layouts.layout(id)).toBe(a);
});

it('deletes rows that no block has and that were not asked for lately, and gives their numbers to others', () => {
  let nowMs = 0;
  const {db, layouts, rows} = openedFor(10, () => nowMs);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(layoutOf);
  if (a === undefined || b === undefined || c === undefined || d === undefined) expect.fail();
  const [idA, idB, idC] = [a, b, c].map(layouts.idOf);
  if (idA === undefined || idB === undefined || idC === undefined) expect.fail();
  db.exec(`INSERT INTO blocks (scrape, layout, time_ms, sampled) VALUES (1, ${idA}, 0, x'')`);
  nowMs = 170_000;
  layouts.idOf(b);
  layouts.prune();
  expect(rows()).toBe(3);
  nowMs = 190_000;
  layouts.prune();
  expect(rows()).toBe(2);
  expect(layouts.layout(idA).key).toBe(a.key);
  expect(layouts.idOf(b)).toBe(idB);
  expect(layouts.idOf(d)).toBe(idC);
  expect(layouts.layout(idC)).toBe(d);
  db.exec('DELETE FROM blocks');
  layouts.prune();
  expect(rows()).toBe(2);
  expect(layouts.idOf(a)).not.toBe(idA);
});
