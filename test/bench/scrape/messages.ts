import {z} from 'zod';

/** What the load generator is asked for: a turn of so many seconds, or of so many requests where they come first. */
export const loadRequest = z.object({
  port: z.number(),
  path: z.string(),
  seconds: z.number(),
  requests: z.number().optional(),
});
export type LoadRequest = z.infer<typeof loadRequest>;

/** What it saw. */
export const load = z.object({
  requests: z.number(),
  perSecond: z.number(),
  /** All that was received, heads included. */
  bytes: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
});
export type Load = z.infer<typeof load>;
