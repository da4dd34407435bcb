import {Registry} from 'prom-client';
import {expect, test} from 'vitest';
import type {Forwarded} from '../../../src/forwarding/forwarding.ts';
import {createForwardingLog} from '../../../src/telemetry/forwarding-log.ts';
import {createForwardingMetrics} from '../../../src/telemetry/forwarding-metrics.ts';

const event = (outcome: Forwarded['outcome'], retryInMs?: number): Forwarded => ({
  destination: 'mimir',
  outcome,
  samples: 10,
  ...(retryInMs !== undefined && {retryInMs}),
});
const rejected = event({kind: 'rejected', cause: 'HTTP 400: too old', status: 400, unwritten: 3});
const down = event({kind: 'retry', cause: 'HTTP 503'}, 1234);

test('metrics count samples by what became of them', async () => {
  const register = new Registry();
  const nowMs = 100_000;
  const waitingSinceMs = () =>
    new Map([
      ['mimir', 90_000],
      ['thanos', undefined],
    ]);
  const metrics = createForwardingMetrics(register, '', waitingSinceMs, () => nowMs);
  metrics.expect(['mimir']);
  for (const each of [
    event({kind: 'accepted'}),
    event({kind: 'accepted', unwritten: 1}),
    rejected,
    event({kind: 'rejected', cause: 'HTTP 422', status: 422}),
    event({kind: 'rejected', cause: 'too old'}),
    event({kind: 'rejected', cause: 'HTTP 400: an exemplar', status: 400, unwritten: 0}),
    down,
  ])
    metrics.forwarded(each);
  metrics.lost(7, 'limit');
  metrics.read();
  const text = await register.metrics();
  expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
    'scraped_samples_forwarded_total{destination="mimir"} 36',
    'scraped_samples_rejected_total{destination="mimir",status="400"} 3',
    'scraped_samples_rejected_total{destination="mimir",status="unwritten"} 1',
    'scraped_samples_rejected_total{destination="mimir",status="422"} 10',
    'scraped_samples_rejected_total{destination="mimir",status="none"} 10',
    'forwarding_retries_total{destination="mimir"} 1',
    'scraped_samples_lost_total{reason="limit"} 7',
    'scraped_samples_lost_total{reason="file"} 0',
    'scraped_samples_lost_total{reason="unconfigured"} 0',
    'scraped_samples_lost_total{reason="order"} 0',
    'forwarding_lag_seconds{destination="mimir"} 10',
    'forwarding_lag_seconds{destination="thanos"} 0',
  ]);
});

test('the log has the words of a receiver, now and then', () => {
  const lines: string[] = [];
  const line =
    (level: string) =>
    (text: string, fields: object = {}): void => {
      lines.push(`${level} ${text} ${JSON.stringify(fields)}`);
    };
  const log = {debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error')};
  let nowMs = 0;
  const tell = createForwardingLog(log, () => nowMs);
  for (let second = 0; second < 90; second += 1) {
    nowMs = second * 1000;
    tell(second === 80 ? event({kind: 'accepted'}) : rejected);
    if (second < 5) tell(down);
  }
  expect(lines).toEqual([
    'error scraped samples were rejected for good: HTTP 400: too old {"destination":"mimir","samples":3}',
    'warn scrapes are not forwarded yet: HTTP 503 {"destination":"mimir","samples":10,"retry_in_s":1.2}',
    'error scraped samples were rejected for good: HTTP 400: too old {"destination":"mimir","samples":180}',
    'info scrapes are forwarded again {"destination":"mimir"}',
  ]);
});
