/** Processor time that this process has used since its start. */
export const usedCpuSeconds = (): number => {
  const {user, system} = process.cpuUsage();
  return (user + system) / 1e6;
};
