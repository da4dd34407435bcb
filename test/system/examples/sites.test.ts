import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, vi} from 'vitest';
import {placeExample, readExample} from '../../fixtures/examples.ts';
import {temporaryFolder} from '../../fixtures/temporary-folder.ts';
import {runCommand, startCommand} from '../bridge.ts';

const token = '0123456789abcdef';

/** The reflector as its unit runs it, but for its port. Gives its base address, without the token. */
const startReflector = async (): Promise<string> => {
  const credentials = temporaryFolder();
  writeFileSync(join(credentials, 'token'), token);
  const unit = readExample('sites/reflector.service');
  const [, words = ''] = /^ExecStart=\/usr\/local\/bin\/speedtest-bridge (.*)$/m.exec(unit) ?? [];
  const args = words.replace(':8989', '127.0.0.1:0').replace('%d', credentials).split(' ');
  const command = startCommand(args, {cwd: temporaryFolder()});
  return vi.waitFor(
    () => {
      const [, base] = /Reflector at (http:\/\/[^/]+)\//.exec(command.stdout()) ?? [];
      if (base === undefined) throw new Error(`no address yet: ${command.stderr()}`);
      return base;
    },
    {timeout: 20_000},
  );
};

it('examples/sites: a site measures against the reflector of the other', async () => {
  const base = await startReflector();
  const cwd = temporaryFolder();
  const servers = join(cwd, 'servers.json');
  writeFileSync(
    servers,
    readExample('sites/servers.json')
      .replace('http://oslo.example:8989', base)
      .replace('REPLACE-WITH-THE-TOKEN-OF-OSLO', token),
  );
  const file = placeExample('sites/bridge-berlin.yaml', cwd, {'servers.json': servers});
  const args = ['test', '--json', '--config', file, '--engines-librespeed-duration', '300ms'];
  const {stdout} = await runCommand(args, {cwd});
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'completed',
    job: 'to-oslo',
    measurement: {server: {id: '2', name: 'Oslo'}, packetLossPercent: expect.any(Number)},
  });
});
