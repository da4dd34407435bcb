import {milliseconds, type Quantity, rate} from '../../../quantity.ts';
import type {JobStatus, StoredResult, Thresholds} from '../../api/shapes.ts';
import {ago, moment, percent, until} from '../format.ts';
import {type Verdict, verdictOf} from '../verdict.ts';

const Value = ({
  label,
  value,
  tone,
  big,
}: {
  label: string;
  value: Quantity | undefined;
  tone: string;
  big: boolean;
}) => (
  <div class={big ? `value big ${tone}` : 'value'}>
    <dt>{label}</dt>
    <dd>
      {value === undefined ? '–' : value.digits}
      {value !== undefined && <small> {value.unit}</small>}
    </dd>
  </div>
);

const quantity = (value: number | undefined, say: (value: number) => Quantity): Quantity | undefined =>
  value === undefined ? undefined : say(value);

const Measured = ({result, old}: {result: Extract<StoredResult, {status: 'completed'}>; old: boolean}) => {
  const {download, upload, ping, packetLossPercent, server, isp, engine} = result.measurement;
  const place = server.location ?? server.country;
  const where = [server.name ?? server.host, place === server.name ? undefined : place, isp, engine.name];
  return (
    <div class={old ? 'measured old' : 'measured'}>
      <dl class="rates">
        <Value label="Download" value={quantity(download?.bytesPerSecond, rate)} tone="download" big />
        <Value label="Upload" value={quantity(upload?.bytesPerSecond, rate)} tone="upload" big />
      </dl>
      <dl class="details">
        <Value label="Ping" value={quantity(ping?.latencyMs, milliseconds)} tone="" big={false} />
        <Value label="Jitter" value={quantity(ping?.jitterMs, milliseconds)} tone="" big={false} />
        <Value label="Loss" value={quantity(packetLossPercent, percent)} tone="" big={false} />
      </dl>
      <p class="where">{where.filter((part) => part !== undefined && part !== '').join(' · ')}</p>
    </div>
  );
};

export const Badge = ({tone, word}: Pick<Verdict, 'tone' | 'word'>) => (
  <span class={`badge ${tone}`}>{word}</span>
);

interface JobCardProps {
  readonly job: JobStatus;
  readonly nowMs: number;
  readonly shown: boolean;
  readonly running: boolean;
  /** Undefined where tests can't be started from here. */
  readonly onStart: (() => void) | undefined;
  readonly onShow: () => void;
}

const newestCompletedOf = ({newest, newestCompleted}: JobStatus) =>
  [newest, newestCompleted].find((result) => result?.status === 'completed');

const Outcome = ({
  result,
  thresholds,
  nowMs,
}: {
  result: StoredResult | undefined;
  thresholds: Thresholds;
  nowMs: number;
}) => {
  const {why, detail, tone} = verdictOf(result, thresholds);
  return (
    <>
      {result !== undefined && (
        <time dateTime={new Date(result.endedAtMs).toISOString()} title={moment(result.endedAtMs)}>
          {ago(result.endedAtMs, nowMs)}
        </time>
      )}
      {why !== undefined && (
        <p class={`reasons ${tone}`} title={detail ?? why}>
          <b>{why}</b>
          {detail !== undefined && `: ${detail}`}
        </p>
      )}
    </>
  );
};

/** A job: its newest result, why that is not good, the last good one, and when the next comes. */
export const JobCard = ({job, nowMs, shown, running, onStart, onShow}: JobCardProps) => {
  const {name, newest, thresholds = {}, nextRunAtMs} = job;
  const completed = newestCompletedOf(job);
  const old = completed !== undefined && completed.id !== newest?.id;
  return (
    <article class={shown ? 'panel card shown' : 'panel card'}>
      <header>
        <h3>
          <button type="button" class="name" aria-pressed={shown} onClick={onShow} title="Show its charts">
            {name}
          </button>
        </h3>
        <Badge {...(running ? {tone: 'plain', word: 'Testing…'} : verdictOf(newest, thresholds))} />
        <Outcome result={newest} thresholds={thresholds} nowMs={nowMs} />
      </header>
      {old && <p class="last-good">Last measured {ago(completed.endedAtMs, nowMs)}</p>}
      {completed?.status === 'completed' && <Measured result={completed} old={old} />}
      {completed === undefined && <p class="muted">Nothing measured yet.</p>}
      <footer>
        <span class="muted" title={`${job.schedule} (${job.timezone})`}>
          {nextRunAtMs === undefined ? 'No next run' : `Next run ${until(nextRunAtMs, nowMs)}`}
        </span>
        {onStart !== undefined && (
          <button type="button" onClick={onStart} disabled={running} aria-label={`Test now: ${name}`}>
            Test now
          </button>
        )}
      </footer>
    </article>
  );
};
