import {expect, it} from 'vitest';
import {catalog, profiles} from '../../../src/metrics/catalog.ts';
import {numberNamed, statusNamed} from '../../../src/metrics/names.ts';

it.each([
  ['documented', 'ping_ms', {name: 'p_ping', toBaseUnit: ' / 1000'}],
  ['tracker-v1', 'ping_ms', {name: 'p_ping_ms', toBaseUnit: ' / 1000'}],
  ['base-units', 'ping_ms', {name: 'p_ping_seconds', toBaseUnit: ''}],
  ['documented', 'packet_loss_percent', {name: 'p_packet_loss', toBaseUnit: ' / 100'}],
  ['base-units', 'packet_loss_percent', {name: 'p_packet_loss_ratio', toBaseUnit: ''}],
  ['base-units', 'download_bytes', {name: 'p_download_bytes_per_second', toBaseUnit: ''}],
] as const)('%s has %s as %j', (profile, id, number) => {
  expect(numberNamed(id, {profile, prefix: 'p_'})).toEqual(number);
});

it('every entry of the catalog is found in every profile that has it, by its name in tracker-v1', () => {
  for (const entry of catalog) {
    expect(entry['tracker-v1']).toEqual(expect.any(String));
    for (const profile of profiles.filter((each) => entry[each] !== undefined)) {
      const {name} = numberNamed(String(entry['tracker-v1']), {profile, prefix: ''});
      expect([entry[profile]].flat()[0]).toBe(name);
    }
  }
});

it('what a profile does not have is an error that names it', () => {
  const naming = {profile: 'documented', prefix: ''} as const;
  expect(() => numberNamed('result_id', naming)).toThrow('profile documented has no result_id');
  expect(() => numberNamed('pong', naming)).toThrow('profile documented has no pong');
  expect(() => statusNamed('ping', naming)).toThrow('no metric of every profile is called ping');
  expect(statusNamed('result_info', naming)).toBe('result_info');
});
