import type {z} from 'zod';

/** What a schema found wrong, in one line that names the member. */
export const problemOf = ({issues: [issue]}: z.core.$ZodError): string =>
  issue === undefined ? 'no result' : `${issue.path.join('.') || 'result'}: ${issue.message}`;
