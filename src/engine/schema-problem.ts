import type {z} from 'zod';

/**
 * What a schema found wrong first, in one line that names the member.
 * @param root what the value is called as a whole.
 */
export const schemaProblem = ({issues: [issue]}: z.core.$ZodError, root = 'result'): string =>
  issue === undefined ? `no ${root}` : `${issue.path.join('.') || root}: ${issue.message}`;
