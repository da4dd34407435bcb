import {EngineError} from '../engine.ts';
import {silenceFailure} from '../native/failure.ts';
import {exitFailure} from './failure.ts';
import {type Output, runProgram} from './program.ts';

export interface PingSettings {
  /** The program, a path or a name on PATH; `ping` when absent. */
  readonly program?: string;
  /** The IP address to send echo requests to. */
  readonly address: string;
  /** How many to send. */
  readonly count: number;
  /** An IP address of this machine; the operating system's choice when absent. */
  readonly sourceAddress?: string;
}

/** Echo requests that were sent, and those of them that were answered. */
export interface Echoes {
  readonly sent: number;
  readonly received: number;
}

/** The shortest rest between two requests that iputils' ping allows to everybody. */
export const pingIntervalMs = 200;

/** How long the program waits when nothing at all comes back. Where something does, iputils' waits two round trips. */
const patienceMs = 2000;

/** What the program may take beyond its own times. */
const slackMs = 8000;

/** The program's arguments, by ping(8) of iputils and by busybox's `ping --help`, which takes `-n` without a word. */
export const pingArgs = ({address, count, sourceAddress}: PingSettings): readonly string[] => [
  ...['-n', '-q', '-c', String(count)],
  ...['-i', String(pingIntervalMs / 1000), '-W', String(patienceMs / 1000)],
  ...(sourceAddress === undefined ? [] : ['-I', sourceAddress]),
  address,
];

/** The line of the figures, as iputils' ping_common.c and busybox's ping.c print it. */
const statistics =
  /^(\d+) packets transmitted, (\d+) (?:packets )?received(?:, \+?\d+ (?:duplicates|corrupted|errors))*, [\d.]+% packet loss(?:, time \d+ms)?$/gm;

/**
 * What a run that was to send so many counted. Throws an `EngineError`; an exit code of 1 may mean that nothing came
 * back.
 */
export const readPing = (what: string, count: number, output: Output): Echoes => {
  const {exitCode, stdout, stderr} = output;
  const [line, ...others] = [...stdout.matchAll(statistics)];
  if (line === undefined && exitCode !== 0) throw exitFailure(what, output);
  // It goes on where the system refuses to send, and counts that as loss.
  if (/\bsend(?:msg|to): /.test(stderr)) throw exitFailure(what, output);
  const [, sent = '', received = ''] = line ?? [];
  const echoes = {sent: Number.parseInt(sent, 10), received: Number.parseInt(received, 10)};
  if (others.length > 0 || echoes.sent !== count || !(echoes.received <= count)) {
    throw new EngineError('bad-output', `${what}: printed no statistics of ${count} packets`);
  }
  return echoes;
};

/**
 * Sends ICMP echo requests by the system's `ping`, which may do so where this process may not. Rejects with an
 * `EngineError`.
 */
export const pingEchoes = async (settings: PingSettings, signal: AbortSignal): Promise<Echoes> => {
  const {program = 'ping', count} = settings;
  const limitMs = count * pingIntervalMs + patienceMs + slackMs;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(silenceFailure(program, 'no result', limitMs)), limitMs);
  try {
    const output = await runProgram(
      {program, args: pingArgs(settings)},
      AbortSignal.any([signal, stop.signal]),
    );
    return readPing(program, count, output);
  } finally {
    clearTimeout(timer);
  }
};
