import {afterAll} from 'vitest';

export interface Figure {
  readonly what: string;
  readonly measured: number;
  readonly reference: number;
  readonly unit: string;
}

/** Collects what a test file measured, and prints it as a table at the end of the file. */
export const collectFigures = (): ((figure: Figure) => void) => {
  const figures: Figure[] = [];
  afterAll(() => {
    console.table(
      figures.map(({what, measured, reference, unit}) => ({
        what,
        measured: `${measured.toFixed(3)} ${unit}`,
        reference: `${reference.toFixed(3)} ${unit}`,
        difference: `${(measured - reference).toFixed(3)} ${unit}`,
        ratio: (measured / reference).toFixed(4),
      })),
    );
  });
  return (figure) => figures.push(figure);
};
