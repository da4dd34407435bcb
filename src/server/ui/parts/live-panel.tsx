import {inWords, milliseconds, type Quantity, rate} from '../../../quantity.ts';
import type {RunningTest} from '../live.ts';
import {Gauge, gaugeShare} from './gauge.tsx';

const phases: Readonly<Record<RunningTest['phase'], string>> = {
  start: 'Getting ready',
  connect: 'Connecting',
  ping: 'Measuring latency',
  download: 'Measuring download',
  upload: 'Measuring upload',
  'packet-loss': 'Measuring packet loss',
};

const Step = ({label, value, active}: {label: string; value: Quantity | undefined; active: boolean}) => (
  <div class={active ? 'step active' : 'step'}>
    <dt>{label}</dt>
    <dd>{value === undefined ? '–' : inWords(value)}</dd>
  </div>
);

const rateOrNone = (bytesPerSecond: number | undefined): Quantity | undefined =>
  bytesPerSecond === undefined ? undefined : rate(bytesPerSecond);

const msOrNone = (ms: number | undefined): Quantity | undefined =>
  ms === undefined ? undefined : milliseconds(ms);

/** A test that runs, live. */
export const LivePanel = ({test}: {test: RunningTest}) => {
  const {phase, downloadBytesPerSecond, uploadBytesPerSecond, pingMs, loadedLatencyMs} = test;
  const uploading = uploadBytesPerSecond !== undefined;
  const shown = uploading ? uploadBytesPerSecond : downloadBytesPerSecond;
  return (
    <section class="panel live" aria-labelledby="live-title">
      <Gauge
        share={gaugeShare((shown ?? 0) * 8)}
        color={uploading ? '--upload' : '--download'}
        value={rateOrNone(shown)}
      />
      <div class="steps">
        <h2 id="live-title">Testing {test.job}</h2>
        <p class="muted">
          {phases[phase]}
          {test.server !== undefined && ` · ${test.server}`}
        </p>
        <progress max={1} value={test.fraction} aria-label={phases[phase]} />
        <dl>
          <Step label="Ping" value={msOrNone(pingMs)} active={phase === 'ping'} />
          <Step label="Download" value={rateOrNone(downloadBytesPerSecond)} active={phase === 'download'} />
          <Step label="Upload" value={rateOrNone(uploadBytesPerSecond)} active={phase === 'upload'} />
          <Step label="Under load" value={msOrNone(loadedLatencyMs)} active={false} />
        </dl>
        {test.failed.map((words) => (
          <p class="bad" key={words}>
            {words}
          </p>
        ))}
      </div>
    </section>
  );
};

/** What a screen reader says of a running test: its phases, not each number. */
export const announcementOf = (test: RunningTest): string => `Testing ${test.job}: ${phases[test.phase]}`;
