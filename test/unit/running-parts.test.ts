import {expect, it} from 'vitest';
import {createRunningParts, type RunningParts} from '../../src/running-parts.ts';
import {sleep} from '../../src/sleep.ts';

const log = (): {lines: string[]; wanted: (identities: Readonly<Record<string, unknown>>) => Wanted} => {
  const lines: string[] = [];
  const start = (name: string) => () => {
    lines.push(`start ${name}`);
    return {
      stop: async () => {
        await sleep(1, new AbortController().signal);
        lines.push(`stop ${name}`);
        if (name === 'broken') throw new Error('broken');
      },
    };
  };
  const wanted = (identities: Readonly<Record<string, unknown>>): Wanted =>
    new Map(Object.entries(identities).map(([name, identity]) => [name, {identity, start: start(name)}]));
  return {lines, wanted};
};
type Wanted = Parameters<RunningParts<{stop(): Promise<void>}>['reconcile']>[0];

it('starts what is new, stops what is gone, and leaves alone what has not changed', async () => {
  const {lines, wanted} = log();
  const parts = createRunningParts();
  await parts.reconcile(wanted({a: {url: 'x'}, b: 1}));
  const before = parts.all().get('a');
  await parts.reconcile(wanted({c: 1, a: {url: 'x'}}));
  expect(lines).toEqual(['start a', 'start b', 'stop b', 'start c']);
  expect(parts.all().get('a')).toBe(before);
  expect([...parts.all().keys()]).toEqual(['a', 'c']);
});

it('replaces what has changed once it has ended', async () => {
  const {lines, wanted} = log();
  const parts = createRunningParts();
  await parts.reconcile(wanted({a: {url: 'x'}}));
  await parts.reconcile(wanted({a: {url: 'y'}}));
  await parts.stop();
  expect(lines).toEqual(['start a', 'stop a', 'start a', 'stop a']);
  expect(parts.all().size).toBe(0);
});

it('does the rest where a part can not be stopped', async () => {
  const {lines, wanted} = log();
  const parts = createRunningParts();
  await parts.reconcile(wanted({broken: 1, a: 1}));
  await expect(parts.reconcile(wanted({b: 1}))).rejects.toThrow('not everything could be stopped');
  expect(lines.toSorted()).toEqual(['start a', 'start b', 'start broken', 'stop a', 'stop broken']);
  expect([...parts.all().keys()]).toEqual(['b']);
});

it('starts at once where there is nothing to wait for', () => {
  const {lines, wanted} = log();
  void createRunningParts().reconcile(wanted({a: 1}));
  expect(lines).toEqual(['start a']);
});
