import fc from 'fast-check';
import {expect, test} from 'vitest';
import {compareVersions, parseVersion} from '../../peers/version.ts';

test.each([
  ['prometheus, version 3.5.3+ds1 (branch: debian/sid, revision: 3.5.3+ds1-6)', [3, 5, 3]],
  ['victoria-metrics-20260601-101010-tags-v1.145.0-0-gabc', [1, 145, 0]],
  ['librespeed-cli v1.0.13 (built on )', [1, 0, 13]],
  ['iperf 3.12 (cJSON 1.7.15)', [3, 12]],
  ['1:2.42.0+ds-5+deb12u1', [2, 42, 0]],
  ['3:20221126-1+deb12u1', [20221126]],
  ['unknown', undefined],
  ['', undefined],
])('the version in %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test('versions are ordered by number, part for part', () => {
  const ordered = ['0.9', '1.9.9', '1.11', '1.11.2', '1.145.0', '2.42', '3.0', '10.0'].map(
    (version) => parseVersion(version) ?? [],
  );
  const shuffled = fc.shuffledSubarray(ordered, {minLength: ordered.length});
  fc.assert(
    fc.property(shuffled, (versions) => {
      expect(versions.sort(compareVersions)).toEqual(ordered);
    }),
  );
  expect(compareVersions([3], [3, 0, 0])).toBe(0);
});
