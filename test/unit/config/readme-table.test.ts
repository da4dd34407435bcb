import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {z} from 'zod';
import {configJsonSchema} from '../../../src/config/json-schema.ts';

interface Node {
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly items?: Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    properties: z.record(z.string(), node).optional(),
    items: z.union([node, z.array(node).transform(() => undefined)]).optional(),
    anyOf: z.array(node).optional(),
  }),
);

/** The keys below a place that have none below themselves, such as `jobs[].name`. */
const leavesOf = ({properties, items, anyOf = []}: Node, path: string): readonly string[] => {
  const below = [
    ...Object.entries(properties ?? {}).flatMap(([key, value]) =>
      leavesOf(value, path === '' ? key : `${path}.${key}`),
    ),
    ...(items?.properties === undefined ? [] : leavesOf(items, `${path}[]`)),
    ...anyOf
      .filter((each) => each.properties !== undefined || each.items !== undefined)
      .flatMap((each) => leavesOf(each, path)),
  ];
  return below.length === 0 ? [path] : below;
};

const leaves = leavesOf(node.parse(configJsonSchema()), '');
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const table = readme.slice(readme.indexOf('| key | default | meaning |'));
const documented = table
  .slice(0, table.indexOf('\n\n'))
  .split('\n')
  .slice(2)
  .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, key = '']) => key));

/** Whether a row is of a key: of itself, of what it is in, or of all engines' (`engines.*.duration`). */
const isOf = (row: string, key: string): boolean =>
  [key, key.replace(/^engines\.[^.]+/, 'engines.*')].some(
    (each) => each === row || each.startsWith(`${row}.`),
  );

test("README's table has every key of the configuration, and no other", () => {
  expect(documented.length).toBeGreaterThan(50);
  expect(leaves.filter((key) => !documented.some((row) => isOf(row, key)))).toEqual([]);
  expect(documented.filter((row) => !leaves.some((key) => isOf(row, key)))).toEqual([]);
});
