import {type DeliverySettings, startDelivery} from '../delivery/loop.ts';
import type {DeliveryLoop} from '../delivery/running-loop.ts';
import {destinationState} from '../destination-state.ts';
import {type ForwardingSettings, startForwarding} from '../forwarding/forwarding.ts';
import {startPageForwarding} from '../forwarding/page-forwarding.ts';
import type {ScrapeJournal} from '../forwarding/scrape-journal.ts';
import type {Labels} from '../metrics/sample.ts';
import {createRunningParts} from '../running-parts.ts';
import type {Block} from '../scrape/block.ts';
import type {ScrapedBlocks} from '../scrape/targets/time-order.ts';
import type {PlannedDestination} from '../sinks.ts';
import type {DestinationState} from '../telemetry/delivery-metrics.ts';
import type {LossReason} from '../telemetry/forwarding-metrics.ts';

/** A destination's loops, and how far it has come. */
interface RunningDestination extends DeliveryLoop {
  /** Tells it of a scrape, which is in the journal of scrapes by now. */
  scraped(target: Labels, blocks: readonly Block[]): void;
  state(): DestinationState;
}

/** The deliveries to all destinations. */
export interface Deliveries {
  /** Delivers to these from now on, to each from its place in the journal. Those that are unchanged are left alone. */
  update(destinations: readonly PlannedDestination[]): Promise<void>;
  names(): readonly string[];
  /** How far each has come. Throws when the journal can't be read. */
  states(): ReadonlyMap<string, DestinationState>;
  /** Tells them that the journal has grown. */
  wake(): void;
  /**
   * Keeps what of a scrape is in order and forwards it, and shows all of it where nothing has a time. `target` is the target's
   * labels.
   */
  append(target: Labels, scraped: ScrapedBlocks): void;
  /** Since when scrapes wait for each destination that takes any: Unix milliseconds, undefined where none does. */
  waitingSinceMs(): ReadonlyMap<string, number | undefined>;
  stop(): Promise<void>;
}

/** To none at first. */
export const createDeliveries = (
  settings: Pick<DeliverySettings, 'journal' | 'gate' | 'newest' | 'onDelivery' | 'onError'> &
    Pick<ForwardingSettings, 'onForwarded'> & {
      readonly scrapes: ScrapeJournal;
      readonly onLost: (samples: number, reason: LossReason) => void;
    },
): Deliveries => {
  const {journal, scrapes, gate, onForwarded, onLost, onError} = settings;
  let forwardedTo: readonly string[] = [];
  const running = createRunningParts<RunningDestination>();

  const start = (planned: PlannedDestination): RunningDestination => {
    const {start: position, scrapes: scrapeSink, pages: pageSink, ...destination} = planned.open();
    journal.startAt(planned.name, position);
    const loop = startDelivery({...settings, ...destination});
    const {queue} = destination;
    const forwarding =
      scrapeSink && startForwarding({journal: scrapes, sink: scrapeSink, gate, queue, onForwarded, onError});
    const showing = pageSink && startPageForwarding({sink: pageSink, queue, onForwarded, onError});
    return {
      wake: loop.wake,
      scraped: (target, blocks) => {
        forwarding?.wake();
        showing?.offer(target, blocks);
      },
      stop: async () => {
        await Promise.all([loop.stop(), forwarding?.stop(), showing?.stop()]);
      },
      state: () => destinationState(destination.sink, journal),
    };
  };

  return {
    update: (destinations) => {
      forwardedTo = destinations.filter(({takesScrapes}) => takesScrapes).map(({name}) => name);
      scrapes.keepFor(forwardedTo);
      return running.reconcile(
        new Map(
          destinations.map((planned) => [
            planned.name,
            {identity: planned.identity, start: () => start(planned)},
          ]),
        ),
      );
    },
    names: () => [...running.all().keys()],
    states: () => new Map([...running.all()].map(([name, {state}]) => [name, state()])),
    wake: () => {
      for (const {wake} of running.all().values()) wake();
    },
    append: (target, {all, blocks, leftOut}) => {
      if (leftOut > 0 && forwardedTo.length > 0) onLost(leftOut, 'order');
      scrapes.append(blocks);
      for (const {scraped} of running.all().values()) scraped(target, all);
    },
    waitingSinceMs: () => new Map(forwardedTo.map((name) => [name, scrapes.waitingSinceMs(name)])),
    stop: () => running.stop(),
  };
};
