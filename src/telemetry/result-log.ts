import type {TestResult} from '../result.ts';
import type {Log} from './log.ts';

const mbit = (bytesPerSecond: number | undefined): number | undefined =>
  bytesPerSecond === undefined ? undefined : Math.round(bytesPerSecond * 8e-4) / 100;

/** Logs a test's end: what it measured, or why it did not. */
export const logResult = (log: Log, result: TestResult): void => {
  const {job} = result;
  switch (result.status) {
    case 'completed': {
      const {healthy, measurement} = result;
      const {engine, ping, download, upload} = measurement;
      log.info('test completed', {
        job,
        engine: engine.name,
        ping_ms: ping && Math.round(ping.latencyMs * 100) / 100,
        download_mbit_per_second: mbit(download?.bytesPerSecond),
        upload_mbit_per_second: mbit(upload?.bytesPerSecond),
        healthy,
      });
      return;
    }
    case 'failed':
      log.warn(`test failed: ${result.failure.reason}`, {job, failure: result.failure.class});
      return;
    case 'skipped':
      log.warn(`test skipped: ${result.skip.reason}`, {job, skip: result.skip.class});
      return;
    default:
      result satisfies never;
  }
};
