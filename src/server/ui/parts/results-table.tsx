import {useEffect, useState} from 'preact/hooks';
import {inWords, milliseconds, type Quantity, rate} from '../../../quantity.ts';
import type {ResultPage, StoredResult, Thresholds} from '../../api/shapes.ts';
import {moment, percent} from '../format.ts';
import {useDocument} from '../hooks.ts';
import {type Bounds, formatView, type Range} from '../range.ts';
import {verdictOf} from '../verdict.ts';
import {Badge} from './job-card.tsx';
import {TroublePanel} from './trouble-panel.tsx';

const pageSize = 25;
const statuses = ['completed', 'failed', 'skipped'] as const;

const say = (value: number | undefined, format: (value: number) => Quantity): string =>
  value === undefined ? '–' : inWords(format(value));

const Named = ({name}: {name: string}) => (
  <td class="text named" title={name}>
    {name}
  </td>
);

const Figures = ({result}: {result: StoredResult}) => {
  if (result.status !== 'completed') {
    const {why, detail} = verdictOf(result);
    return (
      <td colSpan={6} class="reason">
        <b>{why}</b>: {detail}
      </td>
    );
  }
  const {download, upload, ping, packetLossPercent, server, engine} = result.measurement;
  return (
    <>
      <td>{say(download?.bytesPerSecond, rate)}</td>
      <td>{say(upload?.bytesPerSecond, rate)}</td>
      <td>{say(ping?.latencyMs, milliseconds)}</td>
      <td>{say(ping?.jitterMs, milliseconds)}</td>
      <td>{say(packetLossPercent, percent)}</td>
      <Named name={server.name ?? server.host ?? engine.name} />
    </>
  );
};

const Row = ({result, thresholds}: {result: StoredResult; thresholds: Thresholds | undefined}) => {
  const {tone, word, why} = verdictOf(result, thresholds);
  return (
    <tr>
      <th scope="row">
        <time dateTime={new Date(result.endedAtMs).toISOString()}>{moment(result.endedAtMs)}</time>
      </th>
      <Named name={result.job} />
      <td class="text">
        <Badge tone={tone} word={word} />
        {result.status === 'completed' && why !== undefined && <small class="why">{why}</small>}
      </td>
      <Figures result={result} />
    </tr>
  );
};

interface ResultsTableProps {
  readonly jobs: readonly {readonly name: string; readonly thresholds?: Thresholds}[];
  readonly range: Range;
  readonly bounds: Bounds;
  readonly version: number;
  readonly onRetry: () => void;
}

const columns = ['Job', 'Result', 'Download', 'Upload', 'Ping', 'Jitter', 'Loss', 'Server'] as const;

/** The results of the range, newest first, by pages, all or those of a job or a status. */
export const ResultsTable = ({jobs, range, bounds, version, onRetry}: ResultsTableProps) => {
  const [job, setJob] = useState('');
  const [status, setStatus] = useState('');
  // What was given as `before` for each page that led here.
  const [before, setBefore] = useState<readonly number[]>([]);
  const {fromMs, toMs} = bounds;
  // Another selection starts at its first page; the passing of time selects nothing else.
  const selected = formatView({range});
  useEffect(() => setBefore([]), [job, status, selected]);

  const query = new URLSearchParams({from: `${fromMs}`, to: `${toMs}`, limit: `${pageSize}`});
  if (job !== '') query.set('job', job);
  if (status !== '') query.set('status', status);
  const cursor = before.at(-1);
  if (cursor !== undefined) query.set('before', `${cursor}`);
  const {value, trouble} = useDocument<ResultPage>(`results?${query}`, version);
  const {next} = value ?? {};

  return (
    <>
      <p class="muted">
        From {moment(fromMs)} to {moment(toMs)}, newest first.
      </p>
      <div class="filters">
        <label>
          Job
          <select value={job} onChange={({currentTarget}) => setJob(currentTarget.value)}>
            <option value="">All</option>
            {jobs.map(({name}) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Status
          <select value={status} onChange={({currentTarget}) => setStatus(currentTarget.value)}>
            <option value="">All</option>
            {statuses.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <nav aria-label="Pages of results">
          <button type="button" disabled={before.length === 0} onClick={() => setBefore(before.slice(0, -1))}>
            Newer
          </button>
          <button
            type="button"
            disabled={next === undefined}
            onClick={() => next !== undefined && setBefore([...before, next])}
          >
            Older
          </button>
        </nav>
      </div>
      {trouble !== undefined && <TroublePanel trouble={trouble} onRetry={onRetry} />}
      {value?.results.length === 0 && <p class="muted">No such results in this range.</p>}
      {value !== undefined && value.results.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus
        <section class="panel scroll" tabIndex={0} aria-label="Table of results">
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {columns.map((column) => (
                  <th scope="col" key={column}>
                    {column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.results.map((result) => (
                <Row
                  key={result.id}
                  result={result}
                  thresholds={jobs.find(({name}) => name === result.job)?.thresholds}
                />
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
};
