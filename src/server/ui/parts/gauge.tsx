import type {Quantity} from '../../../quantity.ts';

const sweep = 270;
const radius = 84;
const length = (2 * Math.PI * radius * sweep) / 360;

/** 1 Mbit/s to 10 Gbit/s by powers of ten, as a line's speed is one of very different sizes. */
const decades = {from: 6, to: 10} as const;

/** The part of the gauge that a rate fills, 0 to 1. */
export const gaugeShare = (bitsPerSecond: number): number => {
  const power = Math.log10(Math.max(bitsPerSecond, 1));
  return Math.min(1, Math.max(0, (power - decades.from) / (decades.to - decades.from)));
};

const marks = ['1', '10', '100', '1 G', '10 G'] as const;

const pointAt = (share: number, distance: number) => {
  const angle = ((share * sweep + 135) * Math.PI) / 180;
  return {x: 110 + distance * Math.cos(angle), y: 110 + distance * Math.sin(angle)};
};

/** A speedometer. What it says is told elsewhere to those who can't see it. */
export const Gauge = ({share, color, value}: {share: number; color: string; value: Quantity | undefined}) => (
  <svg class="gauge" viewBox="0 0 220 186" aria-hidden="true">
    <path class="track" d={arc()} />
    <path
      class="fill"
      d={arc()}
      style={{
        stroke: `var(${color})`,
        strokeDasharray: `${length}`,
        strokeDashoffset: `${length * (1 - share)}`,
      }}
    />
    {marks.map((mark, index) => {
      const {x, y} = pointAt(index / (marks.length - 1), 64);
      return (
        <text class="mark" key={mark} x={x} y={y + 4}>
          {mark}
        </text>
      );
    })}
    <text class="value" x="110" y="112">
      {value?.digits ?? '–'}
    </text>
    <text class="unit" x="110" y="134">
      {value?.unit ?? ''}
    </text>
  </svg>
);

const arc = (): string => {
  const [start, end] = [pointAt(0, radius), pointAt(1, radius)];
  return `M ${start.x} ${start.y} A ${radius} ${radius} 0 1 1 ${end.x} ${end.y}`;
};
