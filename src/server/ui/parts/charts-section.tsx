import type {JobStatus, SeriesDocument, StatisticsDocument} from '../../api/shapes.ts';
import {Chart} from '../chart/chart.tsx';
import {charts} from '../chart/charts.ts';
import {type Theme, useDocument} from '../hooks.ts';
import type {Bounds, Range} from '../range.ts';
import {RangePicker} from './range-picker.tsx';
import {TroublePanel} from './trouble-panel.tsx';

const steps = 400;
const noThresholds = {};

const Counts = ({statistics, job}: {statistics: StatisticsDocument | undefined; job: string}) => {
  const found = statistics?.jobs.find((each) => each.job === job);
  if (found === undefined) return null;
  const {completed, failed, skipped, unhealthy} = found;
  return (
    <p class="counts">
      <span>
        <b>{completed}</b> completed
      </span>
      {unhealthy > 0 && (
        <span class="warn">
          <b>{unhealthy}</b> unhealthy
        </span>
      )}
      {failed > 0 && (
        <span class="bad">
          <b>{failed}</b> failed
        </span>
      )}
      {skipped > 0 && (
        <span>
          <b>{skipped}</b> skipped
        </span>
      )}
    </p>
  );
};

interface ChartsSectionProps {
  readonly jobs: readonly JobStatus[];
  readonly job: JobStatus;
  readonly range: Range;
  readonly bounds: Bounds;
  readonly version: number;
  readonly theme: Theme;
  readonly onJob: (job: string) => void;
  readonly onRange: (range: Range) => void;
  readonly onBounds: (bounds: Bounds) => void;
  readonly onRetry: () => void;
}

/** A job's results over time. */
export const ChartsSection = (props: ChartsSectionProps) => {
  const {jobs, job, range, bounds, version, theme, onBounds, onRetry} = props;
  const query = new URLSearchParams({job: job.name, from: `${bounds.fromMs}`, to: `${bounds.toMs}`});
  const statistics = useDocument<StatisticsDocument>(`statistics?${query}`, version);
  const {value, trouble} = useDocument<SeriesDocument>(`series?${query}&points=${steps}`, version);
  const series = value?.jobs.find((each) => each.job === job.name);
  const summaries = statistics.value?.jobs.find((each) => each.job === job.name)?.values ?? {};
  return (
    <section aria-labelledby="charts-title">
      <header class="section-header">
        <h2 id="charts-title">History</h2>
        {jobs.length > 1 && (
          <label class="job-choice">
            Job
            <select value={job.name} onChange={({currentTarget}) => props.onJob(currentTarget.value)}>
              {jobs.map(({name}) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        <RangePicker range={range} bounds={bounds} onChange={props.onRange} />
      </header>
      <Counts statistics={statistics.value} job={job.name} />
      {trouble !== undefined && <TroublePanel trouble={trouble} onRetry={onRetry} />}
      {value !== undefined && series === undefined && <p class="muted">Nothing was tested in this range.</p>}
      {value !== undefined && series !== undefined && (
        <div class="charts">
          {charts.map((kind) => (
            <Chart
              key={kind.title}
              kind={kind}
              series={series}
              stepMs={value.stepMs}
              bounds={value}
              thresholds={job.thresholds ?? noThresholds}
              summaries={summaries}
              theme={theme}
              onSelect={onBounds}
            />
          ))}
        </div>
      )}
    </section>
  );
};
