import {createHash} from 'node:crypto';

/** The same data with the keys of every group in one order. */
const inOrder = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/**
 * Tells whether what was given in one place of two configurations is the same, whatever the order of its keys, without
 * holding its secrets. Files that it names stand for themselves, whatever is in them.
 */
export const fingerprintOf = (given: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(given, inOrder) ?? '')
    .digest('base64url');
