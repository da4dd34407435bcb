import {expect, it} from 'vitest';
import {textProtocols} from '../../../../src/scrape/job.ts';
import {acceptHeader, formatByContentType} from '../../../../src/scrape/targets/protocols.ts';

it('asks for the protocols in their order, as Prometheus 3 does', () => {
  expect(acceptHeader({protocols: textProtocols, escaping: 'allow-utf-8'})).toBe(
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
  );
  expect(acceptHeader({protocols: ['PrometheusText0.0.4', 'PrometheusText1.0.0'], escaping: 'dots'})).toBe(
    'text/plain;version=0.0.4;q=0.6,text/plain;version=1.0.0;escaping=dots;q=0.5,*/*;q=0.4',
  );
});

it.each([
  ['text/plain; version=0.0.4; charset=utf-8', undefined, {format: 'text'}],
  ['Application/OpenMetrics-Text; version=1.0.0', 'PrometheusText0.0.4', {format: 'openmetrics'}],
  ['text/html', 'PrometheusText0.0.4', {format: 'text'}],
  [undefined, 'OpenMetricsText1.0.0', {format: 'openmetrics'}],
  [undefined, undefined, "the target's page has no Content-Type, and the job no fallback_scrape_protocol"],
  [
    'text/html; charset=utf-8',
    undefined,
    'the target\'s page has the Content-Type "text/html", and the job no fallback_scrape_protocol',
  ],
  [
    'application/vnd.google.protobuf',
    'PrometheusText0.0.4',
    'the target answers in protobuf, which it was not asked for',
  ],
] as const)('a page with the Content-Type %j and the fallback %j', (contentType, fallback, outcome) => {
  expect(formatByContentType(contentType, fallback)).toEqual(outcome);
});
