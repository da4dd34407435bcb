import {expect, it} from 'vitest';
import {parseSize} from '../../../src/config/size.ts';

it.each([
  ['0B', 0],
  ['512B', 512],
  ['10kB', 10_000],
  ['500MB', 500_000_000],
  ['1.5GB', 1_500_000_000],
  ['1TB', 1e12],
  ['1KiB', 1024],
  ['64MiB', 67_108_864],
  ['2GiB', 2_147_483_648],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

it.each(['', '5', 'MB', '-5MB', '5 MB', '5mb', '5M', '.5GB', '1e3MB', '5MB ', '99999999TB'])(
  '%j is not a size',
  (text) => {
    expect(parseSize(text)).toBeUndefined();
  },
);
