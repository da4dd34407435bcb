import {useCallback, useEffect, useState} from 'preact/hooks';
import type {DestinationList, JobList} from '../api/shapes.ts';
import {startTest, type Trouble} from './api.ts';
import {useDocument, useLive, useNow, useTheme, useView} from './hooks.ts';
import {ChartsSection} from './parts/charts-section.tsx';
import {Destinations} from './parts/destinations.tsx';
import {JobCard} from './parts/job-card.tsx';
import {announcementOf, LivePanel} from './parts/live-panel.tsx';
import {PageHeader} from './parts/page-header.tsx';
import {ResultsTable} from './parts/results-table.tsx';
import {ScrapePanel} from './parts/scrape-panel.tsx';
import {TroublePanel} from './parts/trouble-panel.tsx';
import {type Bounds, boundsOf} from './range.ts';
import {verdictOf} from './verdict.ts';

const clockMs = 5000;
const refreshMs = 60_000;
/** With more of them the cards get smaller. */
const manyJobs = 6;

/**
 * The whole page. All that is loaded is loaded again when a test ends, when the bridge is back, and once a minute while it is
 * looked at.
 */
export const App = () => {
  const [version, setVersion] = useState(0);
  const refresh = useCallback(() => setVersion((before) => before + 1), []);
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) refresh();
    };
    const timer = setInterval(look, refreshMs);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [refresh]);

  const nowMs = useNow(clockMs);
  const [theme, setTheme] = useTheme();
  const [view, setView] = useView();
  const live = useLive(refresh);
  const {value, trouble} = useDocument<JobList>('jobs', version);
  const destinations = useDocument<DestinationList>('destinations', version);
  const [startTrouble, setStartTrouble] = useState<Trouble>();
  const onBounds = useCallback(
    (bounds: Bounds) => setView({...view, range: {kind: 'between', ...bounds}}),
    [view, setView],
  );

  const {jobs = [], startAllowed = false, metricsPath} = value ?? {};
  const job = jobs.find(({name}) => name === view.job) ?? jobs[0];
  const bounds = boundsOf(view.range, nowMs);
  const running = live.kind === 'running' ? live.job : undefined;

  const start = async (name: string): Promise<void> => {
    const answer = await startTest(name);
    setStartTrouble(
      answer.ok ? undefined : {...answer.trouble, title: `The test of ${name} was not started`},
    );
  };

  const announcement =
    live.kind === 'running'
      ? announcementOf(live)
      : live.last !== undefined
        ? `Test of ${live.last.job} ended: ${verdictOf(live.last).word}`
        : '';

  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to the results
      </button>
      <PageHeader
        jobs={jobs}
        destinations={destinations.value?.destinations ?? []}
        theme={theme}
        onTheme={setTheme}
      />
      <main id="content" tabIndex={-1}>
        <p class="unseen" role="status">
          {announcement}
        </p>
        {trouble !== undefined && <TroublePanel trouble={trouble} onRetry={refresh} />}
        {startTrouble !== undefined && (
          <TroublePanel trouble={startTrouble} onRetry={() => setStartTrouble(undefined)} />
        )}
        {live.kind === 'running' && <LivePanel test={live} />}
        {value !== undefined && (
          <section aria-labelledby="jobs-title">
            <h2 id="jobs-title" class="unseen">
              Newest results
            </h2>
            <div class={jobs.length > manyJobs ? 'cards dense' : 'cards'}>
              {jobs.map((each) => (
                <JobCard
                  key={each.name}
                  job={each}
                  nowMs={nowMs}
                  shown={jobs.length > 1 && each === job}
                  running={each.running || running === each.name}
                  onStart={startAllowed ? () => void start(each.name) : undefined}
                  onShow={() => setView({...view, job: each.name})}
                />
              ))}
            </div>
          </section>
        )}
        {job !== undefined && (
          <ChartsSection
            jobs={jobs}
            job={job}
            range={view.range}
            bounds={bounds}
            version={version}
            theme={theme}
            onJob={(name) => setView({...view, job: name})}
            onRange={(range) => setView({...view, range})}
            onBounds={onBounds}
            onRetry={refresh}
          />
        )}
        {value !== undefined && (
          <>
            <section aria-labelledby="results-title">
              <h2 id="results-title">Results</h2>
              <ResultsTable
                jobs={jobs}
                range={view.range}
                bounds={bounds}
                version={version}
                onRetry={refresh}
              />
            </section>
            <section aria-labelledby="destinations-title">
              <h2 id="destinations-title">Destinations</h2>
              <Destinations loaded={destinations} nowMs={nowMs} onRetry={refresh} />
            </section>
          </>
        )}
        {metricsPath !== undefined && (
          <section aria-labelledby="scrape-title">
            <h2 id="scrape-title">Scrape this bridge</h2>
            <ScrapePanel metricsPath={metricsPath} />
          </section>
        )}
      </main>
      <footer class="page-footer">
        <a href="metrics">Metrics of the bridge itself</a>
        <a href="api/v1/openapi.json">API</a>
      </footer>
    </>
  );
};
