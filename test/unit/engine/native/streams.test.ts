import {expect, it} from 'vitest';
import {EngineError} from '../../../../src/engine/engine.ts';
import type {RecordBytes} from '../../../../src/engine/native/stream.ts';
import {createStreams, type Streams} from '../../../../src/engine/native/streams.ts';

interface Opened {
  readonly record: RecordBytes;
  readonly fail: (error: unknown) => void;
}

/** A set of so many streams, and what moves and fails each of them. */
const open = (count: number): {readonly streams: Streams; readonly opened: readonly Opened[]} => {
  const opened: Opened[] = [];
  const streams = createStreams(
    (record) => new Promise((_, fail) => opened.push({record, fail})),
    () => undefined,
  );
  streams.add(count);
  return {streams, opened};
};

const reset = new EngineError('connection', 'download from server: reset');
const limited = new EngineError('rate-limited', 'download from server: rate limited (429)');
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('does without a stream that the server did not take', async () => {
  const {streams, opened} = open(3);
  expect([streams.count, streams.refused]).toEqual([3, false]);
  opened[0]?.record(10, 0, 1);
  opened[2]?.fail(reset);
  await settled();
  expect([streams.count, streams.refused]).toEqual([2, true]);
  await expect(Promise.race([streams.failure, settled()])).resolves.toBeUndefined();
});

it('does without one that is rate limited while another is left', async () => {
  const {streams, opened} = open(2);
  for (const {record} of opened) record(10, 0, 1);
  opened[1]?.fail(limited);
  await settled();
  expect(streams.count).toBe(1);
  opened[0]?.fail(reset);
  await expect(streams.failure).rejects.toBe(reset);
});

it('fails with the first failure when none is left', async () => {
  const {streams, opened} = open(2);
  opened[1]?.fail(limited);
  await settled();
  opened[0]?.fail(reset);
  await expect(streams.failure).rejects.toBe(limited);
  await streams.ended();
});

it('fails with a stream that had moved bytes, and with what nobody expects', async () => {
  const one = open(2);
  one.opened[0]?.record(10, 0, 1);
  one.opened[0]?.fail(reset);
  await expect(one.streams.failure).rejects.toBe(reset);
  const other = open(2);
  const bug = new TypeError('bug');
  other.opened[0]?.fail(bug);
  await expect(other.streams.failure).rejects.toBe(bug);
});

it('knows all that was moved up to the earliest of the newest bytes', async () => {
  const {streams, opened} = open(3);
  expect(streams.knownUntilMs()).toBeUndefined();
  opened[0]?.record(10, 0, 7);
  opened[1]?.record(10, 0, 5);
  expect(streams.knownUntilMs()).toBe(5);
  opened[1]?.fail(limited);
  await settled();
  expect(streams.knownUntilMs()).toBe(7);
});
