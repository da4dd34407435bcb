import type {z} from 'zod';

/** What a text holds, by its syntax and a schema; undefined where it is something else. */
export const read = <T extends z.ZodType>(
  schema: T,
  text: string,
  parse: (text: string) => unknown,
): z.output<T> | undefined => {
  try {
    return schema.safeParse(parse(text)).data;
  } catch {
    return undefined;
  }
};
