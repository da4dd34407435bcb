import type {JournalRow} from '../../journal/row.ts';
import type {StoredResult} from './shapes.ts';

export const storedResult = ({id, result}: JournalRow): StoredResult => ({id, ...result});
