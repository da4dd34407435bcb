import {z} from 'zod';

/** Durations as in a configuration file. */
const rhythm = z.object({jitter: z.string(), repeatInterval: z.string()});
export type Rhythm = z.infer<typeof rhythm>;

/** What the process of the probes is asked to do. */
export const command = z.discriminatedUnion('do', [
  /** Starts all probes on their journals. */
  rhythm.extend({do: z.literal('start')}),
  /** Lets the time go on until then (Unix milliseconds). Answered by a report. */
  z.object({do: z.literal('advance'), untilMs: z.number()}),
  /** Stops all probes. */
  z.object({do: z.literal('stop')}),
]);
export type Command = z.infer<typeof command>;

/** The requests since the last report. */
const trafficReport = z.object({
  /** Those with results that the receiver took. */
  results: z.number(),
  /** Those that repeat or end series between tests. */
  repeats: z.number(),
  /** Attempts that found no receiver. */
  unanswered: z.number(),
  /** How many the receiver got in each second in which it got any. */
  perSecond: z.array(z.tuple([z.number(), z.number()])),
});
export type TrafficReport = z.infer<typeof trafficReport>;

/** The answer to `advance`. */
export const report = trafficReport.extend({
  /** The memory of the process, garbage collected. */
  rssBytes: z.number(),
});
export type Report = z.infer<typeof report>;
