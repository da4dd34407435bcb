import type {WriteStream} from 'node:tty';
import type {Progress} from '../engine/engine.ts';
import {cut} from './columns.ts';
import {printable} from './printable.ts';
import {formatBytes, formatMs, formatRate} from './units.ts';

const phaseWidth = 12;
const widestBar = 24;
const narrowestBar = 8;

const bar = (fraction: number, width: number): string => {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
};

/** What there is to tell of a phase, the most important first. Widths are fixed, so that nothing jumps. */
const detailsOf = (event: Exclude<Progress, {readonly phase: 'connect'}>): readonly string[] => {
  switch (event.phase) {
    case 'ping':
      return [formatMs(event.latencyMs).padStart(7)];
    case 'packet-loss':
      return [`${String(event.received).padStart(4)} of ${String(event.sent).padStart(4)} received`];
    case 'download':
    case 'upload': {
      const {bytesPerSecond, bytes, latencyMs} = event;
      const latency = latencyMs === undefined ? '' : `${formatMs(latencyMs).padStart(7)} loaded`;
      return [formatRate(bytesPerSecond).padStart(11), latency.padEnd(14), formatBytes(bytes).padStart(7)];
    }
    default:
      return event satisfies never;
  }
};

/**
 * One line of at most so many columns: a title, a bar and details, the most important first. Details and bar give way to a
 * narrow terminal.
 */
export const fitting = (
  title: string,
  fraction: number,
  details: readonly string[],
  columns: number,
): string => {
  for (let count = details.length; count > 0; count -= 1) {
    const told = details.slice(0, count).join('  ');
    const barWidth = Math.min(widestBar, columns - title.length - told.length - 2);
    if (barWidth >= narrowestBar) return `${title}${bar(fraction, barWidth)}  ${told}`.trimEnd();
  }
  const [first = ''] = details;
  return `${title}${first.trim()}`.slice(0, columns);
};

/** One line of at most so many columns that shows where a test stands. */
export const progressLine = (event: Progress, columns: number): string => {
  const phase = event.phase.padEnd(phaseWidth);
  if (event.phase === 'connect') return cut(phase + printable(event.server), columns);
  return fitting(phase, event.fraction, detailsOf(event), columns);
};

/** One line of at most so many columns that shows how far an import is; the bar gives way to a narrow terminal. */
export const importLine = (
  fraction: number | undefined,
  {imported, known, wrong}: {readonly imported: number; readonly known: number; readonly wrong: number},
  columns: number,
): string => {
  const told = [
    `${imported} imported`,
    ...(known > 0 ? [`${known} there already`] : []),
    ...(wrong > 0 ? [`${wrong} left out`] : []),
  ].join(', ');
  if (fraction === undefined) return told.slice(0, columns);
  return fitting('', fraction, [told, `${Math.floor(fraction * 100)} %`], columns);
};

const eraseLine = '\r\u001b[2K';

/** One line of a terminal that is drawn over again, from what gives it for so many columns. `end` wipes it. */
export const showLine = (
  terminal: WriteStream,
): {draw: (line: (columns: number) => string) => void; end: () => void} => ({
  draw: (line) => {
    // Some terminals don't know their width and say 0; the last column stays free, for a full line wraps.
    terminal.write(eraseLine + line((terminal.columns || 80) - 1));
  },
  end: () => {
    terminal.write(eraseLine);
  },
});

/** Shows progress as one line that is drawn over again. Returns what takes events, and the end, which wipes the line. */
export const showProgress = (
  terminal: WriteStream,
): {onProgress: (event: Progress) => void; end: () => void} => {
  const {draw, end} = showLine(terminal);
  return {onProgress: (event) => draw((columns) => progressLine(event, columns)), end};
};
