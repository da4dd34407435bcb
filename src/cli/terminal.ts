import {styleText} from 'node:util';

export type Colour = 'green' | 'yellow' | 'red' | 'dim' | 'bold';

/** How a command shows things: in colours or without, and in how many columns. */
export interface Terminal {
  readonly columns: number;
  paint(colour: Colour, text: string): string;
}

const widest = 1000;

/**
 * What a stream can show. No colours where nobody looks, and where NO_COLOR is set.
 * @see https://no-color.org/
 */
export const terminalOf = (
  stream: {readonly isTTY?: boolean; readonly columns?: number},
  env: NodeJS.ProcessEnv,
): Terminal => {
  const isColoured = stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    // Some terminals don't know their width and say 0.
    columns: stream.isTTY === true ? stream.columns || 80 : widest,
    paint: (colour, text) =>
      isColoured && text !== '' ? styleText(colour, text, {validateStream: false}) : text,
  };
};
