import {useEffect, useRef, useState} from 'preact/hooks';
import type {Summary} from '../../../journal/history.ts';
import {inWords} from '../../../quantity.ts';
import type {JobSeries, Thresholds} from '../../api/shapes.ts';
import {moment} from '../format.ts';
import type {Theme} from '../hooks.ts';
import type {Bounds} from '../range.ts';
import {ChartTable} from './chart-table.tsx';
import type {ChartKind, Line} from './charts.ts';
import {type ChartData, chartData, type LineData} from './data.ts';
import {drawPlot} from './plot.ts';

export interface ChartProps {
  readonly kind: ChartKind;
  readonly series: JobSeries;
  readonly stepMs: number;
  readonly bounds: Bounds;
  readonly thresholds: Thresholds;
  readonly summaries: Readonly<Partial<Record<string, Summary>>>;
  readonly theme: Theme;
  readonly onSelect: (bounds: Bounds) => void;
}

const heightOf = (width: number): number => (width < 480 ? 180 : 220);

/** What a line says: its value under the pointer, else its mean over the range. */
const told = (
  {kind, summaries}: ChartProps,
  {name}: Line,
  means: LineData['mean'] = [],
  row: number | undefined,
): string => {
  if (means.every((each) => each === null)) return 'not measured';
  const mean = row === undefined ? undefined : means[row];
  if (row !== undefined) return mean === null || mean === undefined ? '–' : inWords(kind.say(mean));
  const summary = summaries[name];
  return summary === undefined ? '–' : `⌀ ${inWords(kind.say(summary.mean * kind.factor))}`;
};

const describe = (props: ChartProps): string => {
  const lines = props.kind.lines.map((line) => {
    const summary = props.summaries[line.name];
    if (summary === undefined) return `${line.label}: not measured`;
    const [mean, low, high] = [summary.mean, summary.low, summary.high].map((value) =>
      inWords(props.kind.say(value * props.kind.factor)),
    );
    return `${line.label}: ${mean} on average, from ${low} to ${high}`;
  });
  return `${props.kind.title} from ${moment(props.bounds.fromMs)} to ${moment(props.bounds.toMs)}. ${lines.join('. ')}.`;
};

const Legend = ({props, data, row}: {props: ChartProps; data: ChartData; row: number | undefined}) => {
  // Other data may have fewer rows than the one under the pointer until it moves.
  const shown = row !== undefined && row < data.timesS.length ? row : undefined;
  return (
    <div class="legend" aria-hidden="true">
      {props.kind.lines.map((line, index) => (
        <span key={line.name}>
          <i class="key" style={{background: `var(${line.color})`}} />
          {line.label} <b>{told(props, line, data.lines[index]?.mean, shown)}</b>
        </span>
      ))}
    </div>
  );
};

/** Which step is under the pointer. Below the chart, so that nothing moves. */
const When = ({data, row}: {data: ChartData; row: number | undefined}) => {
  const time = row === undefined ? undefined : data.timesS[row];
  if (row === undefined || time === undefined) return null;
  const failed = data.failed[row] ?? 0;
  return (
    <p class="when" aria-hidden="true">
      {failed > 0 && <b class="bad">{failed} failed </b>}
      {moment(time * 1000)}
    </p>
  );
};

/** A chart with its legend, and the same as a table for those who can't see it. */
export const Chart = (props: ChartProps) => {
  const {kind, series, stepMs, bounds, thresholds, theme, onSelect} = props;
  const canvas = useRef<HTMLDivElement>(null);
  const [row, setRow] = useState<number>();
  const names = kind.lines.map(({name}) => name);
  const data = chartData(series, names, {stepMs, factor: kind.factor});

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const width = Math.max(element.clientWidth, 200);
    const plot = drawPlot(element, {
      kind,
      data,
      bounds,
      thresholds,
      width,
      height: heightOf(width),
      onRow: setRow,
      onSelect,
    });
    const observer = new ResizeObserver(() => {
      const {clientWidth} = element;
      if (clientWidth > 0) plot.setSize({width: clientWidth, height: heightOf(clientWidth)});
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [kind, series, stepMs, bounds.fromMs, bounds.toMs, thresholds, theme, onSelect]);

  return (
    <article class="panel chart">
      <header>
        <h3>{kind.title}</h3>
        <Legend props={props} data={data} row={row} />
      </header>
      <div class="canvas" ref={canvas} role="img" aria-label={describe(props)} />
      <When data={data} row={row} />
      <ChartTable kind={kind} data={data} />
    </article>
  );
};
