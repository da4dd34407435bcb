import {chromiumLibraries} from './chromium-libraries.ts';
import type {Suite} from './debian/archive.ts';

/** A program that tests run against, and the Debian packages that hold it. */
export interface PeerProgram {
  /** The names it may have on PATH; Debian's first. */
  readonly names: readonly [string, ...string[]];
  /** The oldest version that will do. */
  readonly minimum: string;
  readonly suite: Suite;
  /** The package that holds it, then the libraries that it needs beyond what Debian 12 always has. */
  readonly packages: readonly [string, ...string[]];
  /** What is run in the unpacked packages: the program, or an interpreter and its script. */
  readonly command: readonly [string, ...string[]];
  /** Environment variables whose values are folders in the unpacked packages. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Folders in the unpacked packages that hold libraries, beyond the usual ones. The shell's patterns work. */
  readonly libraries?: readonly string[];
}

/** Every program that can be provided. One more row is all that one more program takes. */
export const programs = {
  prometheus: {
    names: ['prometheus'],
    minimum: '3.0',
    suite: 'sid',
    packages: ['prometheus'],
    command: ['usr/bin/prometheus'],
  },
  promtool: {
    names: ['promtool'],
    minimum: '3.0',
    suite: 'sid',
    packages: ['promtool'],
    command: ['usr/bin/promtool'],
  },
  pushgateway: {
    names: ['prometheus-pushgateway', 'pushgateway'],
    minimum: '1.11',
    suite: 'sid',
    packages: ['prometheus-pushgateway'],
    command: ['usr/bin/prometheus-pushgateway'],
  },
  'node-exporter': {
    names: ['prometheus-node-exporter', 'node_exporter'],
    minimum: '1.5',
    suite: 'bookworm',
    packages: ['prometheus-node-exporter'],
    command: ['usr/bin/prometheus-node-exporter'],
  },
  'victoria-metrics': {
    names: ['victoria-metrics', 'victoria-metrics-prod'],
    minimum: '1.145',
    suite: 'sid',
    packages: ['victoria-metrics', 'libzstd1'],
    command: ['usr/bin/victoria-metrics'],
  },
  vmagent: {
    names: ['vmagent', 'vmagent-prod'],
    minimum: '1.145',
    suite: 'sid',
    packages: ['victoria-metrics', 'libzstd1'],
    command: ['usr/bin/vmagent'],
  },
  'librespeed-cli': {
    names: ['librespeed-cli'],
    minimum: '1.0.11',
    suite: 'sid',
    packages: ['librespeed-cli'],
    command: ['usr/bin/librespeed-cli'],
  },
  'speedtest-cli': {
    names: ['speedtest-cli'],
    minimum: '2.1.3',
    suite: 'bookworm',
    packages: [
      'speedtest-cli',
      'python3.11-minimal',
      'libpython3.11-minimal',
      'libpython3.11-stdlib',
      'libexpat1',
      'libffi8',
      'libssl3',
    ],
    command: ['usr/bin/python3.11', 'usr/bin/speedtest-cli'],
    folders: {PYTHONHOME: 'usr'},
  },
  iperf3: {
    names: ['iperf3'],
    minimum: '3.12',
    suite: 'bookworm',
    packages: ['iperf3', 'libiperf0', 'libsctp1', 'libssl3'],
    command: ['usr/bin/iperf3'],
  },
  fping: {
    names: ['fping'],
    minimum: '5.0',
    suite: 'bookworm',
    packages: ['fping'],
    command: ['usr/bin/fping'],
  },
  ping: {
    names: ['ping'],
    minimum: '20210101',
    suite: 'bookworm',
    packages: ['iputils-ping', 'libcap2', 'libidn2-0', 'libunistring2'],
    command: ['bin/ping'],
  },
  busybox: {
    names: ['busybox'],
    minimum: '1.35',
    suite: 'bookworm',
    packages: ['busybox'],
    command: ['bin/busybox'],
  },
  nginx: {
    names: ['nginx'],
    minimum: '1.22',
    suite: 'bookworm',
    packages: ['nginx', 'libpcre2-8-0', 'libssl3'],
    command: ['usr/sbin/nginx'],
  },
  'systemd-analyze': {
    names: ['systemd-analyze'],
    minimum: '252',
    suite: 'bookworm',
    packages: [
      'systemd',
      'libsystemd-shared',
      'libsystemd0',
      'libseccomp2',
      'libapparmor1',
      'libcap2',
      'libkmod2',
      'libip4tc2',
      'libssl3',
    ],
    command: ['usr/bin/systemd-analyze'],
    folders: {SYSTEMD_UNIT_PATH: 'lib/systemd/system'},
    libraries: ['usr/lib/*-linux-gnu*/systemd'],
  },
  chromium: {
    names: ['chromium-headless-shell', 'chromium'],
    minimum: '120.0',
    suite: 'bookworm',
    packages: [
      'chromium-headless-shell',
      'chromium-common',
      'fontconfig-config',
      'fonts-dejavu-core',
      'fonts-inter',
      ...chromiumLibraries,
    ],
    command: ['usr/lib/chromium/chromium-headless-shell'],
    folders: {FONTCONFIG_PATH: 'etc/fonts', XDG_DATA_HOME: 'usr/share'},
    libraries: ['usr/lib/*-linux-gnu*/pulseaudio'],
  },
} as const satisfies Record<string, PeerProgram>;

export type Program = keyof typeof programs;
