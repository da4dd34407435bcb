import {expect, it} from 'vitest';
import {findTargets} from '../../../../src/scrape/targets/target.ts';
import {jobWith, rules} from './jobs.ts';

const find = (given: Parameters<typeof jobWith>[0]) => {
  const {targets, problems} = findTargets(jobWith(given));
  return {targets: targets.map(({labels, url}) => [Object.fromEntries(labels), url.href]), problems};
};

it('makes targets of addresses and labels, without adding a port', () => {
  const groups = [
    {targets: ['a.example:9100', 'b.example'], labels: {zone: 'x', empty: ''}},
    {targets: ['[::1]:9100'], labels: {job: 'other', instance: 'here'}},
  ];
  expect(find({groups})).toEqual({
    targets: [
      [{instance: 'a.example:9100', job: 'node', zone: 'x'}, 'http://a.example:9100/metrics'],
      [{instance: 'b.example', job: 'node', zone: 'x'}, 'http://b.example/metrics'],
      [{instance: 'here', job: 'other'}, 'http://[::1]:9100/metrics'],
    ],
    problems: [],
  });
});

it('puts parameters into the address', () => {
  const params = {module: ['http_2xx', 'more'], 'a b': ['ä&'], none: []};
  const groups = [{targets: ['probe.example:9115'], labels: {}}];
  expect(find({params, groups, scheme: 'https', metricsPath: 'probe?x'}).targets).toEqual([
    [
      {instance: 'probe.example:9115', job: 'node'},
      'https://probe.example:9115/probe%3Fx?a+b=%C3%A4%26&module=http_2xx&module=more',
    ],
  ]);
});

it("relabels as the blackbox exporter's users do", () => {
  const relabelRules = rules(
    {source_labels: ['__address__'], target_label: '__param_target'},
    {source_labels: ['__param_target'], target_label: 'instance'},
    {target_label: '__address__', replacement: '127.0.0.1:9115'},
    {source_labels: ['__scrape_interval__', '__scrape_timeout__'], target_label: 'often'},
  );
  const groups = [{targets: ['https://example.com'], labels: {__meta_x: 'gone'}}];
  const {targets} = findTargets(
    jobWith({relabelRules, groups, params: {module: ['m'], target: ['t', 'u']}, metricsPath: '/probe'}),
  );
  expect(targets).toMatchObject([
    {
      labels: [
        ['instance', 'https://example.com'],
        ['job', 'node'],
        ['often', '1m;10s'],
      ],
      url: new URL('http://127.0.0.1:9115/probe?module=m&target=https%3A%2F%2Fexample.com&target=u'),
      intervalMs: 60_000,
      timeoutMs: 10_000,
    },
  ]);
});

it('takes interval, timeout, scheme and path from labels, leaves out what a rule drops, and what is there twice', () => {
  const labels = {
    __scrape_interval__: '5s',
    __scrape_timeout__: '1s',
    __scheme__: 'https',
    __metrics_path__: '/x',
  };
  const relabelRules = rules({source_labels: ['__address__'], regex: 'no.*', action: 'drop'});
  const {targets} = findTargets(jobWith({relabelRules, groups: [{targets: ['yes', 'no', 'yes'], labels}]}));
  expect(targets).toMatchObject([{url: new URL('https://yes/x'), intervalMs: 5000, timeoutMs: 1000}]);
});

it.each<[Readonly<Record<string, string>>, string, string]>([
  [{}, 'a/b', '"a/b" is not a valid host and port'],
  [{}, 'a:b', '"a:b" is not a valid host and port'],
  [{}, '', 'no address'],
  [{__scheme__: 'ftp'}, 'a', 'the scheme "ftp" is not http or https'],
  [{__scrape_interval__: '0s'}, 'a', 'the label __scrape_interval__ is no duration above zero'],
  [{__scrape_timeout__: 'x'}, 'a', 'the label __scrape_timeout__ is no duration above zero'],
  [{__scrape_interval__: '1s'}, 'a', 'the scrape timeout is longer than the scrape interval'],
])('with %o leaves %j out and says why', (labels, address, problem) => {
  expect(find({groups: [{targets: [address], labels: labels}]})).toEqual({
    targets: [],
    problems: [`scrape job node: target ${JSON.stringify(address)} is left out: ${problem}`],
  });
});
