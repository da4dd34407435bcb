import {expect, test} from 'vitest';
import type {ProgressEvent} from '../../../../src/server/api/shapes.ts';
import {follow, type Live} from '../../../../src/server/ui/live.ts';
import {completed} from '../../../fixtures/results.ts';

const after = (...events: readonly ProgressEvent[]): Live =>
  events.reduce<Live>((live, event) => follow(live, event), {kind: 'idle'});

const started: ProgressEvent = {kind: 'started', job: 'wan', atMs: 1};
const downloading: ProgressEvent = {
  kind: 'progress',
  job: 'wan',
  progress: {phase: 'download', bytesPerSecond: 5, bytes: 10, latencyMs: 20, fraction: 0.5},
};

test('the values of earlier phases stay', () => {
  const live = after(
    {kind: 'idle'},
    started,
    {kind: 'progress', job: 'wan', progress: {phase: 'connect', server: 'speedtest.example'}},
    {kind: 'progress', job: 'wan', progress: {phase: 'ping', latencyMs: 12, fraction: 1}},
    downloading,
    {
      kind: 'progress',
      job: 'wan',
      progress: {phase: 'upload', bytesPerSecond: 3, bytes: 4, fraction: 0.25},
    },
  );
  expect(live).toEqual({
    kind: 'running',
    job: 'wan',
    phase: 'upload',
    fraction: 0.25,
    server: 'speedtest.example',
    pingMs: 12,
    downloadBytesPerSecond: 5,
    uploadBytesPerSecond: 3,
    loadedLatencyMs: 20,
    failed: [],
  });
});

test('who comes in the middle of a test sees the rest', () => {
  expect(after(downloading)).toMatchObject({kind: 'running', job: 'wan', downloadBytesPerSecond: 5});
});

test('what an engine measured before it failed is forgotten, and why it failed is not', () => {
  const live = after(started, downloading, {
    kind: 'fell-back',
    job: 'wan',
    from: {engine: 'librespeed', class: 'timeout', reason: 'no answer within 10 s'},
  });
  expect(live).toEqual({
    kind: 'running',
    job: 'wan',
    phase: 'start',
    fraction: 0,
    failed: ['librespeed: no answer within 10 s'],
  });
});

test('a test that ended leaves its result', () => {
  const result = {...completed(), id: 7};
  expect(after(started, {kind: 'ended', result})).toEqual({kind: 'idle', last: result});
});
