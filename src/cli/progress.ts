import type {WriteStream} from 'node:tty';
import type {Progress} from '../engine/engine.ts';
import {printable} from './printable.ts';
import {formatBytes, formatMs, formatRate} from './units.ts';

const phaseWidth = 12;
const widestBar = 24;
const narrowestBar = 8;

/** From here on letters may take two columns. */
const firstWideLetter = 0x1100;

/** The beginning of a text that takes no more than so many columns. */
const cut = (text: string, columns: number): string => {
  let taken = 0;
  let end = 0;
  for (const letter of text) {
    taken += (letter.codePointAt(0) ?? 0) < firstWideLetter ? 1 : 2;
    if (taken > columns) break;
    end += letter.length;
  }
  return text.slice(0, end);
};

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

/** One line of at most so many columns that shows where a test stands; details and bar give way to a narrow terminal. */
export const progressLine = (event: Progress, columns: number): string => {
  const phase = event.phase.padEnd(phaseWidth);
  if (event.phase === 'connect') return cut(phase + printable(event.server), columns);
  const details = [...detailsOf(event)];
  for (; details.length > 0; details.pop()) {
    const told = details.join('  ');
    const barWidth = Math.min(widestBar, columns - phaseWidth - told.length - 2);
    if (barWidth >= narrowestBar) return `${phase}${bar(event.fraction, barWidth)}  ${told}`.trimEnd();
  }
  const [first = ''] = detailsOf(event);
  return `${phase}${first.trim()}`.slice(0, columns);
};

const eraseLine = '\r\u001b[2K';

/** Shows progress as one line that is drawn over again. Returns what takes events, and the end, which wipes the line. */
export const showProgress = (
  terminal: WriteStream,
): {onProgress: (event: Progress) => void; end: () => void} => ({
  onProgress: (event) => {
    // Some terminals don't know their width and say 0; the last column stays free, for a full line wraps.
    terminal.write(eraseLine + progressLine(event, (terminal.columns || 80) - 1));
  },
  end: () => {
    terminal.write(eraseLine);
  },
});
