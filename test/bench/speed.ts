/**
 * One transfer of the native engine as a process of its own.
 * Arguments: direction, the server's base URL, the time in milliseconds, and a PEM certificate to trust, if any.
 * Says at the end how it went.
 */
import {locate} from '../../src/engine/librespeed/server.ts';
import {createDownloadStream} from '../../src/engine/native/download.ts';
import {adaptiveConnections} from '../../src/engine/native/growth.ts';
import {measureTransfer} from '../../src/engine/native/transfer.ts';
import {createUploadStream} from '../../src/engine/native/upload.ts';
import {plainLayout} from '../../src/reflector/protocol.ts';
import type {Transferred} from './messages.ts';
import {usedCpuSeconds} from './usage.ts';

const [direction = '', base = '', durationMs = '', ca] = process.argv.slice(2);
const target = locate(new URL(base), plainLayout);
const there =
  direction === 'upload'
    ? ({direction: 'upload', url: target.upload, stream: createUploadStream()} as const)
    : ({direction: 'download', url: target.download, stream: createDownloadStream()} as const);
const plan = {
  ...there,
  pingUrl: target.ping,
  durationMs: Number.parseInt(durationMs, 10),
  connections: adaptiveConnections,
  stallTimeoutMs: 5000,
  userAgent: 'bench/1',
  ...(ca !== undefined && {ca}),
};
// The engine runs in a process that is there already: its start is no part of a test.
const cpuSecondsBefore = usedCpuSeconds();
const {bytesPerSecond, bytes} = await measureTransfer(plan, () => undefined, new AbortController().signal);
const result: Transferred = {
  bytesPerSecond,
  bytes: bytes ?? 0,
  cpuSeconds: usedCpuSeconds() - cpuSecondsBefore,
  maxRssMiB: process.resourceUsage().maxRSS / 1024,
};
process.send?.(result);
