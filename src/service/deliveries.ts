import {type DeliveryLoop, type DeliverySettings, startDelivery} from '../delivery/loop.ts';
import {destinationState} from '../destination-state.ts';
import {createRunningParts} from '../running-parts.ts';
import type {PlannedDestination} from '../sinks.ts';
import type {DestinationState} from '../telemetry/delivery-metrics.ts';

/** A destination's loop, and how far it has come. */
interface RunningDestination extends DeliveryLoop {
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
  stop(): Promise<void>;
}

/** To none at first. */
export const createDeliveries = (
  settings: Pick<DeliverySettings, 'journal' | 'gate' | 'newest' | 'onDelivery' | 'onError'>,
): Deliveries => {
  const {journal} = settings;
  const running = createRunningParts<RunningDestination>();

  const start = (planned: PlannedDestination): RunningDestination => {
    const {start: position, ...destination} = planned.open();
    journal.startAt(planned.name, position);
    const loop = startDelivery({...settings, ...destination});
    return {...loop, state: () => destinationState(destination.sink, journal)};
  };

  return {
    update: (destinations) =>
      running.reconcile(
        new Map(
          destinations.map((planned) => [
            planned.name,
            {identity: planned.identity, start: () => start(planned)},
          ]),
        ),
      ),
    names: () => [...running.all().keys()],
    states: () => new Map([...running.all()].map(([name, {state}]) => [name, state()])),
    wake: () => {
      for (const {wake} of running.all().values()) wake();
    },
    stop: () => running.stop(),
  };
};
