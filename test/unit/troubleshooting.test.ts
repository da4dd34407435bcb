import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';

const root = new URL('../../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const rows =
  /^## Troubleshooting\n[\s\S]*?^\| --- .*\n((?:\|.*\n)+)/m.exec(readme)?.[1]?.trim().split('\n') ?? [];

const code = readdirSync(new URL('src/', root), {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(new URL(`src/${name}`, root), 'utf8'))
  .join('\n');

/** The parts of a message that the code has as they are: others stand in its place, such as HTTP's words for a status. */
const partsOf = (message: string): readonly string[] =>
  message
    .split(/…|HTTP \d{3} [A-Z][A-Za-z ]*| {2}/)
    .map((part) => part.trim())
    .filter((part) => part.length > 1);

test('the messages by which README tells troubles apart are those of the code', () => {
  const messages = rows
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)])
    .map(([, message = '']) => message);
  expect(messages.length).toBeGreaterThan(15);
  expect(messages.filter((message) => !partsOf(message).every((part) => code.includes(part)))).toEqual([]);
});
