import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {expect, it} from 'vitest';
import {readExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {provide} from '../../peers/provide.ts';

/**
 * What systemd-analyze says of a unit whose program is one that exists: what it complains of, and its exposure, from 0 to
 * 10. Later versions of systemd may count more, so that limits on it need some room.
 */
const analyze = async (name: string, text: string) => {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text.replace('/usr/local/bin/speedtest-bridge', process.execPath));
  const run = promisify(execFile);
  const program = await provide('systemd-analyze');
  const verified = await run(program, ['verify', file]);
  const {stdout} = await run(program, ['security', '--offline=true', '--no-pager', file]);
  return {
    complaints: verified.stderr.split('\n').filter((line) => line.includes(name)),
    exposure: Number.parseFloat(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1] ?? ''),
  };
};

const unit = readExample('systemd/speedtest-bridge.service');

it.each([
  ['systemd/speedtest-bridge.service', unit, 1.5],
  // A drop-in counts as if it were at the end of the unit.
  ['systemd/icmp.conf', unit + readExample('systemd/icmp.conf'), 2],
  ['sites/reflector.service', readExample('sites/reflector.service'), 1.5],
])('systemd takes examples/%s, which exposes little', async (_, text, most) => {
  const {complaints, exposure} = await analyze('example.service', text);
  expect(complaints).toEqual([]);
  expect(exposure).toBeLessThanOrEqual(most);
});

it('a mistyped key would be told', async () => {
  const {complaints} = await analyze('example.service', unit.replace('ProtectClock', 'ProtectClok'));
  expect(complaints.join()).toContain("Unknown key 'ProtectClok'");
});

it('the unit hands over the secrets that its configuration names', () => {
  const given = [...unit.matchAll(/^LoadCredential=([\w-]+):/gm)].map(([, name]) => name);
  const config = readExample('systemd/bridge.yaml');
  const named = [...config.matchAll(/_file: \/run\/credentials\/speedtest-bridge\.service\/([\w-]+)/g)];
  expect(named.map(([, name]) => name)).toEqual(given);
  expect(unit).toMatch(/^StateDirectory=speedtest-bridge$/m);
  expect(config).toContain('path: /var/lib/speedtest-bridge/');
});
