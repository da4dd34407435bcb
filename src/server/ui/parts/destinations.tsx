import type {DestinationList, DestinationStatus} from '../../api/shapes.ts';
import {ago, moment, until} from '../format.ts';
import type {Loaded} from '../hooks.ts';
import type {Verdict} from '../verdict.ts';
import {Badge} from './job-card.tsx';
import {TroublePanel} from './trouble-panel.tsx';

const kinds = {'remote-write': 'Remote write', pushgateway: 'Pushgateway'} as const;

const stateOf = ({failure, lag, rejected}: DestinationStatus): Pick<Verdict, 'tone' | 'word'> => {
  if (failure !== undefined) return {tone: 'bad', word: 'Failing'};
  if (rejected > 0) return {tone: 'warn', word: 'Refused some'};
  return lag > 0 ? {tone: 'plain', word: 'Catching up'} : {tone: 'good', word: 'Up to date'};
};

const Rejections = ({destination}: {destination: DestinationStatus}) => (
  <details>
    <summary>
      {destination.rejected} refused for good
      {destination.retrying > 0 && `, ${destination.retrying} being sent again`}
    </summary>
    <ul>
      {destination.rejections.map(({resultId, cause, atMs}) => (
        <li key={resultId}>
          <span class="muted">
            Result {resultId}, {moment(atMs)}:
          </span>{' '}
          {cause}
        </li>
      ))}
    </ul>
  </details>
);

const Destination = ({destination, nowMs}: {destination: DestinationStatus; nowMs: number}) => {
  const {name, kind, lag, waitingSinceMs, lastSuccessMs, failure, rejected} = destination;
  return (
    <article class="panel destination">
      <header>
        <h3>{name}</h3>
        <Badge {...stateOf(destination)} />
      </header>
      <dl>
        <dt>Kind</dt>
        <dd>{kinds[kind]}</dd>
        <dt>Waiting</dt>
        <dd>
          {lag === 0 ? 'nothing' : `${lag} ${lag === 1 ? 'result' : 'results'}`}
          {waitingSinceMs !== undefined && lag > 0 && `, since ${moment(waitingSinceMs)}`}
        </dd>
        <dt>Last delivery</dt>
        <dd>{lastSuccessMs === undefined ? 'none since the start' : ago(lastSuccessMs, nowMs)}</dd>
      </dl>
      {failure !== undefined && (
        <p class="reasons bad">
          <b>{failure.cause}</b> {ago(failure.atMs, nowMs)}; next try {until(failure.nextTryMs, nowMs)}
        </p>
      )}
      {rejected > 0 && <Rejections destination={destination} />}
    </article>
  );
};

/** Where results are delivered to, and how that goes. */
export const Destinations = ({
  loaded: {value, trouble},
  nowMs,
  onRetry,
}: {
  loaded: Loaded<DestinationList>;
  nowMs: number;
  onRetry: () => void;
}) => (
  <>
    {trouble !== undefined && <TroublePanel trouble={trouble} onRetry={onRetry} />}
    {value?.destinations.length === 0 && (
      <p class="muted">Results are not sent anywhere; Prometheus can scrape them, as below.</p>
    )}
    <div class="destinations">
      {value?.destinations.map((destination) => (
        <Destination key={destination.name} destination={destination} nowMs={nowMs} />
      ))}
    </div>
  </>
);
