import {provide} from './provide.ts';

const needed = [
  'prometheus',
  'promtool',
  'pushgateway',
  'victoria-metrics',
  'node-exporter',
  'librespeed-cli',
  'speedtest-cli',
  'iperf3',
  'ping',
  'busybox',
  'nginx',
  'systemd-analyze',
  'chromium',
] as const;

/** Has the system tests' programs at hand before the first test, or ends the run with what to install. */
export async function setup(): Promise<void> {
  for (const program of needed) await provide(program);
}
