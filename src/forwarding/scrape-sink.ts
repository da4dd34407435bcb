import type {Outcome} from '../delivery/sink.ts';
import type {StoredScrape} from './scrape-database.ts';

/** An attempt, and how many samples it carried. */
export interface Sent {
  readonly samples: number;
  readonly outcome: Outcome;
}

/** What one request carries of one or more scrapes. */
export interface ScrapePart {
  /** How many samples of the scrapes those are, also where not all of them are sent. */
  readonly samples: number;
  /** Makes one attempt, and another one when called again. Throws only when `signal` aborts. */
  send(signal: AbortSignal): Promise<Sent>;
}

/** Where scrapes go. */
export interface ScrapeSink {
  /** Names the destination in the journal, logs and metrics. */
  readonly name: string;
  /** How many requests may be under way at the same time. */
  readonly connections: number;
  /** Scrapes are given together for as long as they have no more samples than this. */
  readonly maxSamples: number;
  /** The requests for these scrapes, one for several. They may be made in any order, and before those for later scrapes. */
  parts(scrapes: readonly StoredScrape[]): readonly ScrapePart[];
  close(): Promise<void>;
}
