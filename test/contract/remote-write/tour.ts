import {relabel} from '../../../src/relabel/relabel.ts';
import type {RemoteWriteVersion} from '../../peers/strict-receiver-rules.ts';
import {rules} from '../../unit/scrape/targets/jobs.ts';
import {startHttpServer} from '../http-server.ts';
import {type Decoded, decode} from './decoded.ts';
import type {Gauge, Sender} from './sender.ts';
import {take} from './subject.ts';

/** What a sender sent of gauges that have all that one can have. */
export interface Tour {
  readonly decoded: readonly Decoded[];
}

export const startMs = 1_790_000_000_000;
/** Before the first sample that templates take, at regular intervals, and as late as JavaScript can count. */
export const tourTimesMs = [0, 1, 2, 3, 4].map((step) => (step === 0 ? 0 : startMs + step * 15_000));
export const lastMs = 2 ** 53 - 1;

export const specialValues = [
  0,
  -0,
  1,
  -1.5,
  5e-324,
  1.7976931348623157e308,
  Infinity,
  -Infinity,
  Number.NaN,
];

/** Texts of every kind of character, among them those that formats escape, and one that is longer than snappy looks back. */
export const texts = [
  'plain',
  ' spaces\tand\ttabs ',
  'quote " backslash \\ newline \n return \r',
  'nul \0 and \u{7f}',
  'Grüße, Привет, 你好, こんにちは, שלום',
  'e\u0301 is two characters, é one',
  '\u{1f4e1}\u{1f3fd}\u{10ffff}\ufffd\ufeff\uffff',
  'x'.repeat(64 * 1024 + 1),
  Array.from({length: 30_000}, (_, index) => String.fromCodePoint(0x4e00 + (index % 5000))).join(''),
];

export const manyLabels = Object.fromEntries(
  Array.from({length: 1000}, (_, index) => [`label_${index}`, `value ${index % 7}`]),
);

export const gauges: readonly Gauge[] = [
  ...specialValues.map((value, index) => ({name: 'special', labels: {place: `${index}`}, value})),
  ...texts.map((text, index) => ({name: 'texts', labels: {place: `${index}`, text}, value: index})),
  {name: 'many', labels: manyLabels, value: 1},
  {name: 'colon:name', labels: {zeta: 'z', alpha: 'a', _under: 'u', Upper: 'U', empty: ''}, value: 2},
  {name: 'build_info', labels: {of: 'this'}, value: 1},
  {name: 'lasting_seconds', labels: {}, value: 3},
];
export const passing: Gauge = {name: 'passing', labels: {}, value: 4};

/** Sent with every series that has not got them itself. */
export const external = {site: 'home', alpha: 'of all', nothing: ''};

export const headers = {
  'Content-Encoding': 'gzip',
  'Content-Type': 'text/plain',
  'USER-AGENT': 'another',
  'x-prometheus-remote-write-version': '9.9.9',
  'X-Scope-OrgID': 'home',
};

const relabelRules = rules(
  {target_label: '__tmp', replacement: 'of a rule'},
  {target_label: 'Zone', replacement: 'first'},
);

/** Has a sender send everything, in requests of their own, and `passing` up to the last time but one. */
export const makeTour = async (sender: Sender, version: RemoteWriteVersion): Promise<Tour> => {
  const receiver = await startHttpServer(take);
  const sending = await sender.start({
    version,
    http: {url: new URL('/api/v1/push?tenant=a%20b', receiver.url), headers, timeoutMs: 20_000},
    labels: external,
    relabel: (labels) => relabel(labels, relabelRules),
  });
  for (const timeMs of tourTimesMs) {
    await sending.hand(timeMs, timeMs === tourTimesMs.at(-1) ? gauges : [...gauges, passing]);
    await sending.settled();
  }
  await sending.hand(lastMs, [{name: 'lasting_seconds', labels: {}, value: 5}]);
  await sending.settled();
  await sending.stop();
  await receiver.stop();
  return {decoded: receiver.requests.map(decode)};
};
