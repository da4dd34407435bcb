import {randomUUID} from 'node:crypto';
import {type FileHandle, open, unlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';

/** A value and its time in Unix milliseconds. */
export type Point = readonly [value: number, timeMs: number];

/** The points of one series, in the order of adding. Only its spool looks into it. */
export interface Track {
  /** Where the full blocks are, by their number. */
  readonly blocks: number[];
  /** Values and times by turns, of the block that is not full yet. */
  rest: number[];
}

/** Keeps the points of many series, of most of them in a file. */
export interface Spool {
  add(track: Track, point: Point): void;
  /** Writes to the file what is too much for the memory. To be called every few thousand points. */
  spill(): Promise<void>;
  /** The points of a series, some at a time. */
  read(track: Track): AsyncIterable<readonly Point[]>;
  close(): Promise<void>;
}

export interface SpoolSettings {
  /** Where a file is made, once memory does not suffice. */
  readonly folder: string;
  /** How many full blocks stay in memory, of 8 KiB for 512 points each. */
  readonly mostBlocks: number;
}

const pointsInBlock = 512;
const numbersInBlock = 2 * pointsInBlock;
const blockBytes = 8 * numbersInBlock;

/** Opens a file that nobody else sees and that is gone when it is closed, also by the end of the process. */
const openNameless = async (folder: string): Promise<FileHandle> => {
  const path = join(folder, `speedtest-bridge-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
};

const pointsOf = (numbers: ArrayLike<number>): readonly Point[] =>
  Array.from({length: numbers.length / 2}, (_, index) => [
    numbers[2 * index] ?? Number.NaN,
    numbers[2 * index + 1] ?? Number.NaN,
  ]);

export const createSpool = ({folder = tmpdir(), mostBlocks = 512}: Partial<SpoolSettings> = {}): Spool => {
  let file: FileHandle | undefined;
  let blocksInFile = 0;
  let blocksInMemory: Float64Array[] = [];

  const readBlock = async (number: number): Promise<Float64Array> => {
    const inMemory = blocksInMemory[number - blocksInFile];
    if (inMemory !== undefined) return inMemory;
    const block = new Float64Array(numbersInBlock);
    const found = await file?.read(new Uint8Array(block.buffer), 0, blockBytes, number * blockBytes);
    if (found?.bytesRead !== blockBytes) throw new Error(`the export's temporary file lacks block ${number}`);
    return block;
  };

  return {
    add: (track, [value, timeMs]) => {
      track.rest.push(value, timeMs);
      if (track.rest.length < numbersInBlock) return;
      track.blocks.push(blocksInFile + blocksInMemory.length);
      blocksInMemory.push(new Float64Array(track.rest));
      track.rest = [];
    },
    spill: async () => {
      if (blocksInMemory.length < mostBlocks) return;
      file ??= await openNameless(folder);
      await file.appendFile(Buffer.concat(blocksInMemory.map(({buffer}) => new Uint8Array(buffer))));
      blocksInFile += blocksInMemory.length;
      blocksInMemory = [];
    },
    read: async function* ({blocks, rest}) {
      for (const number of blocks) {
        yield pointsOf(await readBlock(number));
        await nextTurn();
      }
      yield pointsOf(rest);
    },
    close: async () => {
      await file?.close();
    },
  };
};
