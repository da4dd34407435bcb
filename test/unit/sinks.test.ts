import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {loadConfig} from '../../src/config/load.ts';
import {mappingOf} from '../../src/outputs.ts';
import {createDestinations} from '../../src/sinks.ts';
import {temporaryFolder} from '../fixtures/temporary-folder.ts';

const hourMs = 3_600_000;

it("a tracker's results are shown for three times as long as it takes to test again", () => {
  const file = join(temporaryFolder(), 'bridge.yaml');
  const configuration = {
    jobs: [{name: 'wan', schedule: '0 * * * *', timezone: 'UTC', engines: ['embedded'], timeout: '1m'}],
    tracker: {url: 'http://127.0.0.1:9', token: 'a', job: 'home', interval: '6h'},
    remote_write: [{url: 'http://127.0.0.1:9/'}],
  };
  writeFileSync(file, JSON.stringify(configuration));
  const config = loadConfig({file, flags: {}, env: {}});
  const [destination] = createDestinations(config, mappingOf(config), '0.0.0');
  onTestFinished(() => destination?.sink.close());
  const endedAtMs = Date.parse('2026-03-01T00:00:10Z');
  const lapse = (job: string) => destination?.repeat?.lapsesAtMs(job, endedAtMs);
  expect(lapse('home')).toBe(endedAtMs + 18 * hourMs);
  expect(lapse('wan')).toBe(Date.parse('2026-03-01T03:01:00Z'));
  expect(lapse('gone')).toBeUndefined();
});
