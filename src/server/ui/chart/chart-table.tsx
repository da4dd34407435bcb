import {useState} from 'preact/hooks';
import {inWords} from '../../../quantity.ts';
import {moment} from '../format.ts';
import type {ChartKind} from './charts.ts';
import type {ChartData} from './data.ts';

const Rows = ({kind, data}: {kind: ChartKind; data: ChartData}) => {
  const rows = data.timesS.flatMap((time, row) => {
    const values = data.lines.map(({mean}) => mean[row] ?? null);
    const failed = data.failed[row] ?? 0;
    return values.every((value) => value === null) && failed === 0 ? [] : [{time, values, failed}];
  });
  return (
    <tbody>
      {rows.map(({time, values, failed}) => (
        <tr key={time}>
          <th scope="row">{moment(time * 1000)}</th>
          {values.map((value, line) => (
            <td key={kind.lines[line]?.name}>{value === null ? '–' : inWords(kind.say(value))}</td>
          ))}
          <td>{failed === 0 ? '' : failed}</td>
        </tr>
      ))}
    </tbody>
  );
};

/** What a chart draws, as a table that is made when it is opened. */
export const ChartTable = ({kind, data}: {kind: ChartKind; data: ChartData}) => {
  const [open, setOpen] = useState(false);
  return (
    <details class="chart-table" onToggle={({currentTarget}) => setOpen(currentTarget.open)}>
      <summary>{kind.title} as a table</summary>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls what has the focus
        <section class="scroll" tabIndex={0} aria-label={`${kind.title} as a table`}>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {kind.lines.map(({name, label}) => (
                  <th scope="col" key={name}>
                    {label}
                  </th>
                ))}
                <th scope="col">Failed</th>
              </tr>
            </thead>
            <Rows kind={kind} data={data} />
          </table>
        </section>
      )}
    </details>
  );
};
