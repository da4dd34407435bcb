import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {expect, it, onTestFinished, vi} from 'vitest';
import {guardGroup} from '../../../../src/engine/cli/guard.ts';
import {livingMembers, startedGroups} from '../../../fixtures/children.ts';

// That it does what it is for is seen where a whole bridge is killed: test/system/engines/bridge.test.ts.

const startGroup = async () => {
  const child = spawn('sleep', ['600'], {detached: true, stdio: 'ignore'});
  await once(child, 'spawn');
  const group = child.pid ?? Number.NaN;
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  return group;
};

it('leaves its group alone when it is ended, and nothing of itself', async () => {
  const group = await startGroup();
  const end = guardGroup(group);
  const [guard = Number.NaN] = startedGroups().filter((each) => each !== group);
  expect(livingMembers(guard)).toEqual([guard]);
  await end();
  expect(livingMembers(guard)).toEqual([]);
  expect(livingMembers(group)).toEqual([group]);
});

it('is not told what the environment holds', async () => {
  vi.stubEnv('SPEEDTEST_BRIDGE_REMOTE_WRITE_BEARER_TOKEN', 'word');
  const group = await startGroup();
  const end = guardGroup(group);
  try {
    const [guard = Number.NaN] = startedGroups().filter((each) => each !== group);
    expect(readFileSync(`/proc/${guard}/environ`, 'utf8')).not.toContain('word');
  } finally {
    vi.unstubAllEnvs();
    await end();
  }
});
