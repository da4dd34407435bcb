/** A page that Prometheus would not take either, or that has more than its limits allow. */
export class PageError extends Error {
  override readonly name = 'PageError';
}

const newline = 0x0a;

/** The error of the line that holds the byte `at`, counted from 1. */
export const errorAt = (page: Uint8Array, at: number, problem: string): PageError => {
  let line = 1;
  for (
    let index = page.indexOf(newline);
    index >= 0 && index < at;
    index = page.indexOf(newline, index + 1)
  ) {
    line += 1;
  }
  return new PageError(`line ${line}: ${problem}`);
};
