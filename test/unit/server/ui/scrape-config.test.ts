import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {scrapeConfig} from '../../../../src/server/ui/scrape-config.ts';

test.each([
  ['http://192.0.2.1:9817/', '/prometheus', undefined, '192.0.2.1:9817'],
  ['http://[2001:db8::1]:9817/', '/prometheus', undefined, '[2001:db8::1]:9817'],
  ['https://home.example/line/', '/line/prometheus', 'https', 'home.example'],
])('the page at %s is scraped at %s', (page, path, scheme, target) => {
  expect(parse(scrapeConfig(new URL(page), '/prometheus'))).toEqual({
    scrape_configs: [
      {
        job_name: 'speedtest',
        ...(scheme !== undefined && {scheme}),
        scrape_interval: '60s',
        metrics_path: path,
        static_configs: [{targets: [target]}],
      },
    ],
  });
});
