import {join} from 'node:path';
import {describe, expect, it, vi} from 'vitest';
import {openJournal} from '../../src/journal/sqlite-journal.ts';
import {completed, failed, skipped} from '../fixtures/results.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';
import {freePort} from '../peers/port.ts';
import {runCommand, startBridge} from './bridge.ts';

const idleJob = {name: 'wan', schedule: '0 0 1 1 *', engines: ['embedded']};
const quick = {jobs: [idleJob], engines: {embedded: {duration: '1s'}}};

const postTest = (url: string) =>
  fetch(`${url}/api/v1/tests`, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: '{"job":"wan"}',
  });

describe('a test by hand', () => {
  it('is watched from its start to its result, which is no scheduled one', async () => {
    const {url, child, ended} = await startBridge(temporaryFolder(), quick, ['--web-start-tests', 'true']);
    const watched = await fetch(`${url}/api/v1/progress`);
    const text = watched.text();
    expect((await postTest(url)).status).toBe(202);
    const busy = await postTest(url);
    expect([busy.status, await busy.json()]).toEqual([409, {error: 'a test of job wan is running'}]);
    const newest = await vi.waitFor(
      async () => {
        const response = await fetch(`${url}/api/v1/results/1`);
        expect(response.status).toBe(200);
        return response.json();
      },
      {timeout: 30_000, interval: 100},
    );
    expect(newest).toMatchObject({id: 1, job: 'wan', scheduled: false, status: 'completed'});
    child.kill('SIGTERM');
    // The bridge ends those who watch, rather than wait for them.
    const kinds = (await text).match(/^event: .+$/gm)?.map((line) => line.slice('event: '.length));
    expect(kinds?.slice(0, 2)).toEqual(['idle', 'started']);
    expect(kinds).toContain('progress');
    expect(kinds?.at(-1)).toBe('ended');
    expect(await ended).toBe(0);
  });

  it('is not started where the configuration does not allow it', async () => {
    const {url} = await startBridge(temporaryFolder(), quick);
    const refused = await postTest(url);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toEqual({error: 'tests are not started from here (web.start_tests)'});
    expect(await (await fetch(`${url}/api/v1/jobs`)).json()).toMatchObject({startAllowed: false});
  });
});

describe('the command results', () => {
  const fill = (folder: string): void => {
    const journal = openJournal(join(folder, 'data/speedtest-bridge.db'));
    const nowMs = Date.now();
    journal.append(completed({endedAtMs: nowMs - 10 * 86_400_000}));
    journal.append(failed({endedAtMs: nowMs - 2000}));
    journal.append(skipped({endedAtMs: nowMs - 1000, job: 'lan'}));
    journal.append(completed({endedAtMs: nowMs, healthy: false}));
    journal.close();
  };

  it('shows a table and how the rates went', async () => {
    const cwd = temporaryFolder();
    fill(cwd);
    const {code, stdout} = await runCommand(
      ['results', '--jobs-schedule', '@yearly', '--jobs-engines', 'embedded'],
      {
        cwd,
      },
    );
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^Ended +Job +Status +Download +Upload +Ping +Loss +Server or reason$/);
    expect(lines[1]).toMatch(
      /^[-\d]+ [:\d]+ +wan +unhealthy +941 Mbit\/s +43\.5 Mbit\/s +11\.3 ms +0\.5 % +Example Server, Berlin$/,
    );
    expect(lines[2]).toMatch(
      / lan +skipped +– +– +– +– +overlap: the previous run of this job was not over$/,
    );
    expect(lines[3]).toMatch(/ wan +failed +– +– +– +– +timeout: no result within 120 s$/);
    expect(lines.slice(5)).toEqual(['', 'Download of wan  █×█  941 Mbit/s to 941 Mbit/s', '']);
  });

  it('prints results as lines of JSON, and no more than asked for', async () => {
    const cwd = temporaryFolder();
    fill(cwd);
    const settings = ['--jobs-schedule', '@yearly', '--jobs-engines', 'embedded', '--json'];
    const ids = async (...flags: string[]) => {
      const {stdout} = await runCommand(['results', ...settings, ...flags], {cwd});
      return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).id]));
    };
    expect(await ids()).toEqual([4, 3, 2, 1]);
    expect(await ids('--since', '7d', '--job', 'wan')).toEqual([4, 2]);
    expect(await ids('--limit', '1')).toEqual([4]);
  });
});

describe('the command status', () => {
  it('asks the bridge of the same configuration', async () => {
    const folder = temporaryFolder();
    await startBridge(folder, {...quick, remote_write: [{url: 'http://127.0.0.1:1/write', name: 'mimir'}]});
    const {code, stdout} = await runCommand(['status', '--config', 'bridge.yaml'], {cwd: folder});
    expect(stdout).toMatch(
      /^Job +Next run +Tested +Newest result\nwan +in \d+ d +never +–\n\nDestination +Waiting +Rejected +Last error\nmimir +0 +0 +none\n$/,
    );
    expect(code).toBe(0);
    const asJson = await runCommand(['status', '--config', 'bridge.yaml', '--json'], {cwd: folder});
    expect(JSON.parse(asJson.stdout)).toMatchObject({jobs: [{name: 'wan'}], destinations: [{name: 'mimir'}]});
  });

  it('says that none is running', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const {code, stderr} = await runCommand(['status', '--url', url], {cwd: temporaryFolder()});
    expect(stderr).toMatch(new RegExp(`^no bridge answers at ${url}: .+ \\(web\\.listen, or --url\\)\\n$`));
    expect(code).toBe(1);
  });
});
