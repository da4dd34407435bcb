import {byLabelName} from '../metrics/label-order.ts';
import type {Labels} from '../metrics/sample.ts';

const areEqual = (a: Labels, b: Labels): boolean =>
  a.length === b.length &&
  a.every(([name, value], index) => name === b[index]?.[0] && value === b[index]?.[1]);

/** A label set while rules change it. An empty value is the same as no label. */
export class LabelEditor {
  readonly #original: Labels;
  readonly #untouched: Map<string, string>;
  readonly #written = new Map<string, string>();

  constructor(labels: Labels) {
    this.#original = labels;
    this.#untouched = new Map(labels.filter(([, value]) => value !== ''));
  }

  get(name: string): string {
    return this.#written.get(name) ?? this.#untouched.get(name) ?? '';
  }

  set(name: string, value: string): void {
    if (value === '') {
      this.delete(name);
      return;
    }
    this.#untouched.delete(name);
    this.#written.set(name, value);
  }

  delete(name: string): void {
    this.#untouched.delete(name);
    this.#written.delete(name);
  }

  /** The labels as they are now. Those that were written come last, in the order in which they first were. */
  entries(): Labels {
    return [...this.#untouched, ...this.#written];
  }

  /** The labels sorted by name; the very list that was given where it has the same labels. */
  finish(): Labels {
    const labels = this.entries();
    const sorted = labels.toSorted(byLabelName);
    return areEqual(sorted, this.#original) ? this.#original : sorted;
  }
}
