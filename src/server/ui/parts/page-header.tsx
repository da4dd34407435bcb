import type {JobStatus} from '../../api/shapes.ts';
import type {Theme} from '../hooks.ts';
import {verdictOf} from '../verdict.ts';

const counted = [
  {tone: 'good', word: 'healthy'},
  {tone: 'warn', word: 'unhealthy'},
  {tone: 'bad', word: 'failing'},
] as const;

/** How the jobs are, in a line. */
const Overview = ({jobs}: {jobs: readonly JobStatus[]}) => {
  const tones = jobs.map(({newest, thresholds}) => verdictOf(newest, thresholds).tone);
  return (
    <p class="overview">
      {counted.map(({tone, word}) => {
        const count = tones.filter((each) => each === tone).length;
        return count === 0 ? null : (
          <span class={tone} key={tone}>
            <i class="dot" /> {count} {word}
          </span>
        );
      })}
    </p>
  );
};

interface PageHeaderProps {
  readonly jobs: readonly JobStatus[];
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}

export const PageHeader = ({jobs, theme, onTheme}: PageHeaderProps) => {
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header class="page-header">
      <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M7 21a9 9 0 1 1 18 0M16 21l5-7" />
      </svg>
      <h1>speedtest-bridge</h1>
      <Overview jobs={jobs} />
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
