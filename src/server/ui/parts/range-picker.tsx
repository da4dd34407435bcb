import {useState} from 'preact/hooks';
import {type Bounds, type Range, spans} from '../range.ts';

/** A time as `datetime-local` wants it, in the viewer's zone. */
const localText = (ms: number): string =>
  new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

const names = {day: 'Day', week: 'Week', month: 'Month', year: 'Year'} as const;

const AnyRange = ({bounds, onChange}: {bounds: Bounds; onChange: (range: Range) => void}) => {
  const [from, setFrom] = useState(localText(bounds.fromMs));
  const [to, setTo] = useState(localText(bounds.toMs));
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  return (
    <form
      class="any-range"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({kind: 'between', fromMs, toMs});
      }}
    >
      <label>
        From
        <input
          type="datetime-local"
          value={from}
          required
          onInput={({currentTarget}) => setFrom(currentTarget.value)}
        />
      </label>
      <label>
        To
        <input
          type="datetime-local"
          value={to}
          required
          onInput={({currentTarget}) => setTo(currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={!(fromMs < toMs)}>
        Show
      </button>
    </form>
  );
};

interface RangePickerProps {
  readonly range: Range;
  readonly bounds: Bounds;
  readonly onChange: (range: Range) => void;
}

/** What the charts show: the last day, week, month, year, or any other range. */
export const RangePicker = ({range, bounds, onChange}: RangePickerProps) => {
  const [open, setOpen] = useState(range.kind === 'between');
  const custom = open || range.kind === 'between';
  return (
    <div class="range-picker">
      <fieldset class="segments">
        <legend class="unseen">Range of time</legend>
        {spans.map((span) => (
          <button
            type="button"
            key={span}
            aria-pressed={!custom && range.kind === 'last' && range.span === span}
            onClick={() => {
              setOpen(false);
              onChange({kind: 'last', span});
            }}
          >
            {names[span]}
          </button>
        ))}
        <button type="button" aria-pressed={custom} aria-expanded={custom} onClick={() => setOpen(!open)}>
          Other
        </button>
      </fieldset>
      {custom && <AnyRange key={JSON.stringify(range)} bounds={bounds} onChange={onChange} />}
    </div>
  );
};
