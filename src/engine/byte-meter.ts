import type {Progress} from './engine.ts';

/** Counts the bytes that a test moves, as its progress tells of them. */
export interface ByteMeter {
  see(event: Progress): void;
  /** The bytes seen since the last call. */
  take(): number;
}

export const createByteMeter = (): ByteMeter => {
  let phase = '';
  let phaseBytes = 0;
  let taken = 0;
  let moved = 0;
  return {
    see: (event) => {
      const bytes = 'bytes' in event ? event.bytes : 0;
      // Fewer than before are those of the same phase with another server.
      moved += event.phase === phase && bytes >= phaseBytes ? bytes - phaseBytes : bytes;
      phase = event.phase;
      phaseBytes = bytes;
    },
    take: () => {
      const bytes = moved - taken;
      taken = moved;
      return bytes;
    },
  };
};
