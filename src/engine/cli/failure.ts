import type {FailureClass} from '../../result.ts';
import {EngineError} from '../engine.ts';
import type {Output} from './program.ts';

/**
 * What programs say, where they have nothing but words to say it. The first row that matches a line decides: causes
 * before their consequences.
 */
const patterns: readonly (readonly [RegExp, FailureClass])[] = [
  // Ookla 1.2.0, as its users report it: alexjustesen/speedtest-tracker #322, #355, #389, #2887,
  // henrywhitaker3/Speedtest-Tracker #679, MiguelNdeCarvalho/speedtest-exporter #173, mihakralj/opnsense-speedtest #1,
  // raaaimund/internet-speed-monitor #2, soulripper13/hass-speedtest-ookla #22 and #35, ddsol/speedtest.net #102.
  [/Limit reached|Too many requests|configuration document \(429\)/i, 'rate-limited'],
  [/To accept the message please run speedtest interactively/, 'licence-not-accepted'],
  [/HostNotFoundException|Couldn't resolve host name/, 'dns'],
  [/SSL connect error/, 'tls'],
  [/Cannot retrieve configuration document \(40[13]\)/, 'refused'],
  [/Cannot retrieve configuration document \([45]\d\d\)/, 'no-server'],
  [/\(NoServers(?:Exception)?\)/, 'no-server'],

  // speedtest-cli 2.1.3: speedtest.py, and Python's urllib.error.HTTPError and ssl.SSLError.
  [/HTTP Error 40[13]\b/, 'refused'],
  [/HTTP Error \d{3}\b/, 'no-server'],
  [/No matched servers|Unable to connect to servers to test latency/, 'no-server'],
  [/Malformed speedtest\.net/, 'bad-output'],
  [/\[SSL: |CERTIFICATE_VERIFY_FAILED/, 'tls'],

  // librespeed-cli 1.0.13: speedtest/speedtest.go and main.go, and Go's crypto/x509 and crypto/tls.
  [/No server is currently available|specified server\(s\) not found/, 'no-server'],
  [/\b(?:x509|tls): /, 'tls'],

  // iperf3 3.12 and later: iperf_strerror in src/iperf_error.c.
  [/the server is busy running a test|test authorization failed/, 'refused'],
  [/exceeds the server's maximum permitted limit|larger than server limit/, 'refused'],
  [/the server has terminated|has closed unexpectedly|idle timeout for receiving data/, 'connection'],

  // The texts of getaddrinfo and strerror in glibc and musl; Go writes them in lower case.
  [
    /Name or service not known|Name does not resolve|name resolution|no such host|No address associated/i,
    'dns',
  ],
  [/Network is (?:unreachable|down)|No route to host|Cannot assign requested address/i, 'no-network'],
  [/Address family (?:for hostname )?not supported/i, 'no-network'],
  [/Connection refused|Connection reset|Broken pipe|timed? ?out|Timeout occurred/i, 'connection'],

  // Consequences, where no cause was told: Ookla's and librespeed-cli's.
  [/Cannot open socket|Cannot read|Cannot write/, 'connection'],
  [/interface information on non-initialized socket/, 'no-network'],
  [/\(ConfigurationError\)|fetching server list|Cannot retrieve speedtest/, 'no-server'],
];

const longestReason = 300;

/** The failure that a program's words stand for, by the line that tells it best; `bad-output` for unknown words. */
export const spokenFailure = (what: string, words: string): EngineError => {
  const lines = words
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const failure = (failureClass: FailureClass, line: string): EngineError =>
    new EngineError(failureClass, `${what}: ${line.slice(0, longestReason)}`);
  for (const [pattern, failureClass] of patterns) {
    const line = lines.find((each) => pattern.test(each));
    if (line !== undefined) return failure(failureClass, line);
  }
  return failure('bad-output', lines.at(-1) ?? 'failed without a word');
};

/** The failure of a program that ended with an exit code other than 0, by what it says on standard error if anything. */
export const exitFailure = (what: string, {exitCode, stdout, stderr}: Output): EngineError =>
  spokenFailure(`${what} (exit code ${exitCode})`, stderr.trim() === '' ? stdout : stderr);
