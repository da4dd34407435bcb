import type {Trouble} from '../api.ts';

/** What is wrong, in words, and the way to try again. */
export const TroublePanel = ({trouble, onRetry}: {trouble: Trouble; onRetry: () => void}) => (
  <div class="panel trouble" role="alert">
    <div>
      <strong>{trouble.title}</strong>
      <p>{trouble.detail}</p>
    </div>
    <button type="button" onClick={onRetry}>
      Try again
    </button>
  </div>
);
