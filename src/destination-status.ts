import type {Config} from './config/schema.ts';
import type {Delivery} from './delivery/attempts.ts';
import type {Journal} from './journal/journal.ts';
import type {DestinationList, DestinationStatus} from './server/api/shapes.ts';

const mostRejections = 10;

/** What the API tells of the destinations: what the journal knows, and when each last took something. */
export const createDestinationStatus = (
  {remote_write: remoteWrite, pushgateway}: Pick<Config, 'remote_write' | 'pushgateway'>,
  journal: Pick<Journal, 'status' | 'newestRejections'>,
): {delivery(delivery: Delivery): void; list(): DestinationList} => {
  const successes = new Map<string, number>();
  const statusOf = (name: string, kind: DestinationStatus['kind']): DestinationStatus => {
    const {
      lag = 0,
      waitingSinceMs,
      failure,
      rejected = 0,
      retrying = 0,
    }: Partial<ReturnType<typeof journal.status>> = journal.status(name) ?? {};
    const lastSuccessMs = successes.get(name);
    return {
      name,
      kind,
      lag,
      ...(waitingSinceMs !== undefined && {waitingSinceMs}),
      ...(lastSuccessMs !== undefined && {lastSuccessMs}),
      ...(failure !== undefined && {failure}),
      rejected,
      retrying,
      rejections: journal.newestRejections(name, mostRejections),
    };
  };
  return {
    delivery: ({destination, outcome}) => {
      if (outcome.kind === 'accepted') successes.set(destination, Date.now());
    },
    list: () => ({
      destinations: [
        ...remoteWrite.map(({name}) => statusOf(name, 'remote-write')),
        ...pushgateway.map(({name}) => statusOf(name, 'pushgateway')),
      ],
    }),
  };
};
