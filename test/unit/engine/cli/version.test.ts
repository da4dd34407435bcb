import {describe, expect, it} from 'vitest';
import {askVersion, dottedNumber} from '../../../../src/engine/cli/version.ts';
import {standIn} from '../../../fixtures/stand-in.ts';

const never = new AbortController().signal;

describe('the version in what a program prints', () => {
  it.each([
    ['Speedtest by Ookla 1.2.0.84 (ea6b6773cb) Linux/x86_64-linux-musl', '1.2.0.84'],
    ['speedtest-cli 2.1.3\nPython 3.11.2 (main) [GCC 12.2.0]', '2.1.3'],
    ['librespeed-cli v1.0.13 (built on )', '1.0.13'],
    ['iperf 3.12', '3.12'],
    ['version 7', undefined],
  ])('%j is %j', (text, number) => {
    expect(dottedNumber(text)).toBe(number);
  });
});

describe('a program that is asked', () => {
  it('answers with its number and all that it says', async () => {
    const {path} = standIn({version: 'speedtest-cli 2.1.3\nPython 3.11.2'});
    expect(await askVersion(path, never)).toEqual({
      text: 'speedtest-cli 2.1.3\nPython 3.11.2',
      number: '2.1.3',
    });
  });

  it('has none where it is missing', async () => {
    expect(await askVersion('no-such-program', never)).toBeUndefined();
  });

  it('is not asked on when the test is told to end', async () => {
    await expect(askVersion(standIn({}).path, AbortSignal.abort())).rejects.toMatchObject({
      failureClass: 'interrupted',
    });
  });
});
