import uPlot from 'uplot';
import type {Thresholds} from '../../api/shapes.ts';
import {asLabel} from '../format.ts';
import type {Bounds} from '../range.ts';
import type {ChartKind} from './charts.ts';
import {resolveColor, withOpacity} from './colors.ts';
import {type ChartData, highestOf, lonelyPoints} from './data.ts';
import {axisTop, timeLabels} from './scale.ts';

export interface PlotOptions {
  readonly kind: ChartKind;
  readonly data: ChartData;
  readonly bounds: Bounds;
  readonly thresholds: Thresholds;
  readonly width: number;
  readonly height: number;
  /** The row under the pointer; undefined when there is none. */
  readonly onRow: (row: number | undefined) => void;
  /** A range was drawn with the pointer. */
  readonly onSelect: (bounds: Bounds) => void;
}

const dots = 60;
const bandOpacity = 0.16;
const gridWidth = 1;
/** Wide enough for `1.25 Gbit/s`, and the same in all charts, so that their times are below each other. */
const labelWidth = 78;

/** The limits of a chart's lines, in its own unit. */
const limitsOf = ({lines, factor}: ChartKind, thresholds: Thresholds) =>
  lines.flatMap(({threshold, color, label}) => {
    const limit = threshold === undefined ? undefined : thresholds[threshold];
    return limit === undefined ? [] : [{limit: limit * factor, color, label}];
  });

const drawLimits = (plot: uPlot, options: PlotOptions): void => {
  const {ctx, bbox} = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const {limit, color} of limitsOf(options.kind, options.thresholds)) {
    const y = Math.round(plot.valToPos(limit, 'y', true));
    ctx.strokeStyle = withOpacity(resolveColor(color), 0.75);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
};

/** A red mark on the time axis for each step with a failed test. */
const drawFailed = (plot: uPlot, {data}: PlotOptions): void => {
  const {ctx, bbox} = plot;
  const half = 2 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = resolveColor('--bad');
  data.timesS.forEach((time, row) => {
    if ((data.failed[row] ?? 0) === 0) return;
    const x = plot.valToPos(time, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.fillRect(x - half, bbox.top + bbox.height - 4 * half, 2 * half, 4 * half);
  });
  ctx.restore();
};

const seriesOf = ({kind, data}: PlotOptions): uPlot.Series[] =>
  kind.lines.flatMap(({label, color}, index) => {
    const stroke = resolveColor(color);
    const mean = data.lines[index]?.mean ?? [];
    const edge: uPlot.Series = {label: `${label} band`, width: 0, points: {show: false}};
    const few = mean.length <= dots;
    const points: uPlot.Series.Points = {
      show: true,
      size: 5,
      stroke,
      fill: stroke,
      filter: () => (few ? [...mean.keys()] : [...lonelyPoints(mean)]),
    };
    return [{label, stroke, width: 1.75, points}, edge, edge];
  });

/** Draws a chart into an element. Returns the plot, which whoever calls this destroys. */
export const drawPlot = (element: HTMLElement, options: PlotOptions): uPlot => {
  const {kind, data, bounds, width, height} = options;
  const limits = limitsOf(kind, options.thresholds).map(({limit}) => limit);
  const top = axisTop(Math.max(highestOf(data) ?? 0, ...limits), kind.atLeast);
  const muted = resolveColor('--muted');
  const axis = {
    stroke: muted,
    font: `12px ${getComputedStyle(element).fontFamily}`,
    grid: {stroke: resolveColor('--line'), width: gridWidth},
    ticks: {show: false},
  };
  const lines = data.lines.flatMap(({mean, low, high}) => [[...mean], [...low], [...high]]);
  return new uPlot(
    {
      width,
      height,
      legend: {show: false},
      padding: [8, 12, 0, 0],
      scales: {
        x: {time: true, range: [bounds.fromMs / 1000, bounds.toMs / 1000]},
        y: {range: [0, top]},
      },
      axes: [
        {
          ...axis,
          size: 30,
          space: 70,
          values: (_plot, splits, _axis, _space, stepS) => [...timeLabels(splits, stepS)],
        },
        {
          ...axis,
          size: labelWidth,
          space: 36,
          values: (_plot, splits) => splits.map((value) => asLabel(kind.say(value))),
        },
      ],
      series: [{}, ...seriesOf(options)],
      bands: kind.lines.map(({color}, index) => ({
        series: [3 * index + 3, 3 * index + 2],
        fill: withOpacity(resolveColor(color), bandOpacity),
      })),
      cursor: {
        sync: {key: 'time'},
        drag: {x: true, y: false, setScale: false},
        points: {show: false},
      },
      hooks: {
        draw: [(plot) => drawLimits(plot, options), (plot) => drawFailed(plot, options)],
        setCursor: [(plot) => options.onRow(plot.cursor.idx ?? undefined)],
        setSelect: [
          ({select, posToVal}) => {
            if (select.width < 8) return;
            options.onSelect({
              fromMs: posToVal(select.left, 'x') * 1000,
              toMs: posToVal(select.left + select.width, 'x') * 1000,
            });
          },
        ],
      },
    },
    [[...data.timesS], ...lines],
    element,
  );
};
