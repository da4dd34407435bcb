import {JournalError} from '../journal/database.ts';
import {faultOf} from '../journal/fault.ts';

/** Does something with the journal. What is wrong with its file is thrown as one line that names it. */
export const namingJournal = <Done>(path: string, done: 'read' | 'written', action: () => Done): Done => {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof JournalError || faultOf(cause) === undefined) throw cause;
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new JournalError(`journal ${path} cannot be ${done}: ${words} (storage.path)`, {cause});
  }
};
