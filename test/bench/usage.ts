import {readFileSync} from 'node:fs';

/** Processor time that this process has used since its start. */
export const usedCpuSeconds = (): number => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The memory that a process holds (RSS). */
export const rssMiB = (pid: number): number => {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
};

const ticksPerSecond = 100; // sysconf(_SC_CLK_TCK) on all of Linux' architectures

/**
 * Processor time that a process has used since its start.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html fields 14 and 15
 */
export const cpuSecondsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};
