import {z} from 'zod';

/** How many requests the receiver has answered since `take`: its answer to `progress`. */
export const progress = z.number();

/** What the receiver has received since then: its answer to `take`. */
export const received = z.object({
  requests: z.number(),
  /** Their bodies as they came over the wire, compressed. */
  bytes: z.number(),
  samples: z.number(),
  /** From the first byte of the first request to the last answer. */
  durationMs: z.number(),
});
export type Received = z.infer<typeof received>;

/** What the draining process says after an attempt that found no receiver. */
export const away = z.literal('away');

/** How a journal was drained: what it says at the end. */
export const drained = z.object({
  /** Results that the receiver took. */
  results: z.number(),
  /** The most memory that the process ever held. */
  maxRssKiB: z.number(),
});
export type Drained = z.infer<typeof drained>;

/** One transfer of the native engine, and what its process took. */
export const transferred = z.object({
  bytesPerSecond: z.number(),
  /** All that was moved, warm-up included. */
  bytes: z.number(),
  cpuSeconds: z.number(),
  maxRssMiB: z.number(),
});
export type Transferred = z.infer<typeof transferred>;
