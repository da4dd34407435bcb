import {normalNaN, staleNaN} from '../../metrics/nan-bits.ts';
import type {Exemplar} from '../block.ts';
import type {ExposedExemplar} from '../parse/sample-rest.ts';

/** Tells of which series the value is the stale marker. */
export const staleIn = (values: Float64Array): ((index: number) => boolean) => {
  const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
  // Most are no NaN, which takes less to see.
  return (index) => Number.isNaN(values[index]) && bits[index] === staleNaN;
};

/** A stale marker for each of so many series. */
export const staleValues = (count: number): Float64Array => {
  const bits = new BigUint64Array(count).fill(staleNaN);
  return new Float64Array(bits.buffer);
};

/** The samples of one page, by the places of their series in the layout. */
export class SampleValues {
  #values: Float64Array;
  #bits: BigUint64Array;
  #timestampsMs: Float64Array | undefined;
  readonly #exemplars: Exemplar[] = [];

  /** @param capacity how many series there will be; more can be. */
  constructor(capacity: number) {
    this.#values = new Float64Array(capacity);
    this.#bits = new BigUint64Array(this.#values.buffer);
  }

  set(place: number, value: number): void {
    if (place >= this.#values.length) this.#grow(Math.max(1024, place * 2));
    this.#values[place] = value;
    if (Number.isNaN(value)) this.#bits[place] = normalNaN;
  }

  setTimestamp(place: number, timestampMs: number): void {
    this.#timestampsMs ??= new Float64Array(this.#values.length).fill(Number.NaN);
    this.#timestampsMs[place] = timestampMs;
  }

  addExemplar(index: number, exemplar: ExposedExemplar): void {
    this.#exemplars.push({index, ...exemplar});
  }

  /** Of the first series, which have been set. */
  finish(size: number): {
    readonly values: Float64Array;
    readonly timestampsMs?: Float64Array;
    readonly exemplars?: readonly Exemplar[];
  } {
    const cut = (numbers: Float64Array): Float64Array =>
      numbers.length === size ? numbers : numbers.slice(0, size);
    return {
      values: cut(this.#values),
      ...(this.#timestampsMs && {timestampsMs: cut(this.#timestampsMs)}),
      ...(this.#exemplars.length > 0 && {exemplars: this.#exemplars}),
    };
  }

  #grow(capacity: number): void {
    const values = new Float64Array(capacity);
    this.#bits = new BigUint64Array(values.buffer);
    // As bits, for a NaN may lose some as a number.
    this.#bits.set(new BigUint64Array(this.#values.buffer));
    this.#values = values;
    if (this.#timestampsMs === undefined) return;
    const timestampsMs = new Float64Array(capacity).fill(Number.NaN);
    timestampsMs.set(this.#timestampsMs);
    this.#timestampsMs = timestampsMs;
  }
}
