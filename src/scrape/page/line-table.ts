import type {Family} from '../block.ts';

/** In the place of a series' index, for a line that has none in the layout. */
export const noSample = -1;
/** A sample that relabelling drops. */
export const droppedSample = -2;
/** A sample of a series that the page has had before. */
export const repeatedSample = -3;

/** What is remembered of the lines of a page. A line's head is what is before a sample's value, or all of it. */
export class LineTable {
  count = 0;
  /** How many of the lines are samples. */
  samples = 0;
  /** How many of the samples relabelling drops. */
  dropped = 0;
  /** Where the line begins in its page, in bytes. */
  starts = new Uint32Array(0);
  headBytes = new Uint32Array(0);
  /** Which series of the layout the line is a sample of, or one of the constants above. */
  places = new Int32Array(0);
  /**
   * Which samples began to count at the same time: a number for each such group, 0 for none, and below zero for the
   * sample that tells the time.
   */
  creations = new Float64Array(0);
  /** The family that the lines of metadata up to this one speak of; undefined before the first of them. */
  readonly families: (Family | undefined)[] = [];

  add(start: number, headBytes: number, place: number, creation: number, family: Family | undefined): void {
    const index = this.count;
    if (index === this.starts.length) this.#grow(Math.max(1024, index * 2));
    this.starts[index] = start;
    this.headBytes[index] = headBytes;
    this.places[index] = place;
    this.creations[index] = creation;
    this.families.push(family);
    this.count += 1;
    if (place !== noSample) this.samples += 1;
    if (place === droppedSample) this.dropped += 1;
  }

  /** A table of the first lines, as they stand in a later page. */
  copyOfFirst(count: number, starts: Uint32Array): LineTable {
    const copy = new LineTable();
    for (let index = 0; index < count; index += 1) {
      copy.add(
        starts[index] ?? 0,
        this.headBytes[index] ?? 0,
        this.places[index] ?? noSample,
        this.creations[index] ?? 0,
        this.families[index],
      );
    }
    return copy;
  }

  #grow(capacity: number): void {
    const grown = <A extends Uint32Array | Int32Array | Float64Array>(into: A, from: A): A => {
      into.set(from);
      return into;
    };
    this.starts = grown(new Uint32Array(capacity), this.starts);
    this.headBytes = grown(new Uint32Array(capacity), this.headBytes);
    this.places = grown(new Int32Array(capacity), this.places);
    this.creations = grown(new Float64Array(capacity), this.creations);
  }
}
