import type {Outcome} from '../delivery/sink.ts';
import type {Labels} from '../metrics/sample.ts';
import type {Block} from '../scrape/block.ts';

/** A request by which a destination shows what a scrape brought, in place of what it showed before. */
export interface Page {
  readonly samples: number;
  /** Makes one attempt. Throws only when `signal` aborts. */
  send(signal: AbortSignal): Promise<Outcome>;
}

/** Where the newest scrape of each target goes, and no other. */
export interface PageSink {
  /** Names the destination in logs and metrics. */
  readonly name: string;
  /**
   * The requests for a scrape.
   * @param target the target's labels, sorted by name.
   * @param blocks all that the scrape brought, and the ends of series.
   */
  pages(target: Labels, blocks: readonly Block[]): readonly Page[];
  close(): Promise<void>;
}
