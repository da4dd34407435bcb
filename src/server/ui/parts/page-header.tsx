import type {DestinationStatus, JobStatus} from '../../api/shapes.ts';
import type {Theme} from '../hooks.ts';
import {verdictOf} from '../verdict.ts';

/** The worst first. */
const tones = ['bad', 'warn', 'good', 'plain'] as const;

/** How the jobs are, and which destinations fail, in a line. */
const Overview = ({
  jobs,
  destinations,
}: {
  jobs: readonly JobStatus[];
  destinations: readonly DestinationStatus[];
}) => {
  const verdicts = jobs.map(({newest, thresholds}) => verdictOf(newest, thresholds));
  const counts = tones.flatMap((tone) => {
    const words = verdicts.filter((verdict) => verdict.tone === tone).map(({word}) => word.toLowerCase());
    return [...new Set(words)].map((word) => ({
      tone,
      words: `${words.filter((each) => each === word).length} ${word}`,
    }));
  });
  const failing = destinations.filter(({failure}) => failure !== undefined).length;
  const told = failing === 1 ? '1 destination failing' : `${failing} destinations failing`;
  return (
    <p class="overview">
      {[...(failing > 0 ? [{tone: 'bad', words: told} as const] : []), ...counts].map(({tone, words}) => (
        <span class={tone} key={words}>
          <i class="dot" /> {words}
        </span>
      ))}
    </p>
  );
};

interface PageHeaderProps {
  readonly jobs: readonly JobStatus[];
  readonly destinations: readonly DestinationStatus[];
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}

export const PageHeader = ({jobs, destinations, theme, onTheme}: PageHeaderProps) => {
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header class="page-header">
      <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M7 21a9 9 0 1 1 18 0M16 21l5-7" />
      </svg>
      <h1>speedtest-bridge</h1>
      <Overview jobs={jobs} destinations={destinations} />
      <button
        type="button"
        class="theme"
        onClick={() => onTheme(other)}
        aria-label={`Use the ${other} theme`}
      >
        {other === 'dark' ? 'Dark' : 'Light'}
      </button>
    </header>
  );
};
