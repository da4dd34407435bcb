import {z} from 'zod';

/** The last moment that a JavaScript date can tell, Unix milliseconds. */
export const latestMs = 8.64e15;

const readTime = (text: string): number | undefined => {
  if (/^\d{1,16}$/.test(text)) return Number.parseInt(text, 10);
  return z.iso.datetime({offset: true}).safeParse(text).success ? Date.parse(text) : undefined;
};

/** A time: Unix milliseconds, or ISO 8601 with a zone. */
export const time = z
  .string()
  .transform((text, context) => {
    const ms = readTime(text);
    if (ms !== undefined && ms <= latestMs) return ms;
    context.addIssue(`expected Unix milliseconds or ISO 8601 with a zone, found ${JSON.stringify(text)}`);
    return z.NEVER;
  })
  .meta({description: 'Unix milliseconds, or ISO 8601 with a zone (2026-01-31T12:00:00Z)'});

/** A whole number from `low` to `high`. */
export const wholeNumber = (low: number, high: number, description: string) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${low} to ${high}`)
    .transform((text, context) => {
      const value = Number.parseInt(text, 10);
      if (value >= low && value <= high) return value;
      context.addIssue(`expected a whole number from ${low} to ${high}, found ${text.slice(0, 20)}`);
      return z.NEVER;
    })
    .meta({description});

export const jobName = z.string().meta({description: 'name of a job'});

export const none = z.strictObject({});

/** The part of a query that says which results it is about. */
export const range = {
  job: jobName.exactOptional(),
  from: time.exactOptional(),
  to: time.exactOptional(),
};
