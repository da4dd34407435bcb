import type {Delivery} from './delivery/loop.ts';
import type {Journal, QueueStatus} from './journal/journal.ts';
import type {DestinationList, DestinationStatus} from './server/api/shapes.ts';

interface Named {
  readonly name: string;
}

const mostRejections = 10;

/** Of a destination that the journal has not seen yet. */
const notStarted: QueueStatus = {cursor: 0, lag: 0, rejected: 0, retrying: 0};

/** What the API tells of the destinations: what the journal knows, and when each last took something. */
export const createDestinationStatus = (
  configured: {readonly remote_write: readonly Named[]; readonly pushgateway: readonly Named[]},
  journal: Pick<Journal, 'status' | 'newestRejections'>,
): {delivery(delivery: Delivery): void; list(): DestinationList} => {
  const successes = new Map<string, number>();
  const statusOf = (name: string, kind: DestinationStatus['kind']): DestinationStatus => {
    const {cursor: _, ...queue} = journal.status(name) ?? notStarted;
    const lastSuccessMs = successes.get(name);
    return {
      name,
      kind,
      ...queue,
      ...(lastSuccessMs !== undefined && {lastSuccessMs}),
      rejections: journal.newestRejections(name, mostRejections),
    };
  };
  return {
    delivery: ({destination, outcome}) => {
      if (outcome.kind === 'accepted') successes.set(destination, Date.now());
    },
    list: () => ({
      destinations: [
        ...configured.remote_write.map(({name}) => statusOf(name, 'remote-write')),
        ...configured.pushgateway.map(({name}) => statusOf(name, 'pushgateway')),
      ],
    }),
  };
};
