import {httpUrl} from '../config/fields.ts';
import {createClock} from '../import/clock.ts';
import {lineSource, wholeSource} from '../import/input.ts';
import {readOldTrackerCsv, readOldTrackerJson} from '../import/old-tracker.ts';
import {readOoklaLine} from '../import/ookla-json.ts';
import type {Source} from '../import/source.ts';
import {readSpeedtestCliCsv, readSpeedtestCliJson} from '../import/speedtest-cli.ts';
import {trackerApi} from '../import/tracker-api.ts';
import {readTrackerCsv} from '../import/tracker-csv.ts';
import {trackerSqlite} from '../import/tracker-sqlite.ts';
import {isTimeZone} from '../scheduler/zone.ts';
import {Secret} from '../secret.ts';
import {UsageError} from './exit-code.ts';
import type {ImportKind} from './import-kinds.ts';

export interface SourceOptions {
  readonly kind: ImportKind;
  /** A file, `-` for standard input where the kind allows it, or the URL of an API. */
  readonly source: string;
  /** The job that the results are of; by default that of the configured tracker for its own results, else the first. */
  readonly job?: string;
  /** The IANA time zone of times that name none. */
  readonly timeZone?: string;
  /** Holds the token of an API. */
  readonly tokenFile?: string;
}

/** What is needed of the configuration. */
interface Jobs {
  readonly jobs: readonly {readonly name: string}[];
  readonly tracker?: {readonly job: string} | undefined;
}

/** Of a tracker: that of its results that come by its webhook, for the same result has one key in one job only. */
const jobName = ({jobs: [first], tracker}: Jobs, kind: string, named: string | undefined): string => {
  const name = named ?? (kind.startsWith('tracker-') ? tracker?.job : undefined) ?? first?.name;
  if (name === undefined) throw new UsageError('the configuration has no job: name one with --job');
  return name;
};

const tokenIn = (file: string | undefined): string => {
  if (file === undefined) {
    throw new UsageError(
      "tracker-api needs --token-file: a file with one of the tracker's API tokens, with the ability results:read",
    );
  }
  let token: string;
  try {
    token = Secret.fromFile(file).reveal();
  } catch (error) {
    throw new UsageError(
      `${file} cannot be read: ${error instanceof Error ? error.message : error} (--token-file)`,
    );
  }
  if (!/^[\x21-\x7e]+$/.test(token)) throw new UsageError(`${file} holds no token (--token-file)`);
  return token;
};

const urlOf = (text: string): URL => {
  const parsed = httpUrl.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(`${text} is no address such as https://speed.example`);
};

/** What is imported from, by its kind. Throws a `UsageError`. */
export const importSource = (config: Jobs, given: SourceOptions): Source => {
  const {kind, source: path, timeZone} = given;
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new UsageError(`${timeZone} is no IANA time zone such as Europe/Berlin (--timezone)`);
  const job = jobName(config, given.kind, given.job);
  const name = path === '-' ? 'standard input' : path;
  const reading = {job, clock: createClock(name, timeZone)};
  const inUtc = {job, clock: createClock(name, 'UTC')};
  switch (kind) {
    case 'tracker-sqlite':
      return trackerSqlite(path, reading);
    case 'tracker-api':
      return trackerApi({url: urlOf(path), token: tokenIn(given.tokenFile)}, reading);
    case 'tracker-csv':
      return wholeSource(path, 'lines', (content) => readTrackerCsv(name, content, reading));
    case 'old-tracker-json':
      return wholeSource(path, 'entries', (content) => readOldTrackerJson(name, content, reading));
    case 'old-tracker-csv':
      return wholeSource(path, 'lines', (content) => readOldTrackerCsv(name, content, reading));
    case 'ookla-json':
      return lineSource(path, (line) => readOoklaLine(line, job));
    case 'speedtest-cli-json':
      return lineSource(path, (line) => readSpeedtestCliJson(line, inUtc));
    case 'speedtest-cli-csv':
      return lineSource(path, (line) => readSpeedtestCliCsv(line, inUtc));
    default:
      return kind satisfies never;
  }
};
