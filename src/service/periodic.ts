/**
 * Does something now and then every `ms` milliseconds. Gives the stop.
 * @param onError told of what `task` throws; it is done again all the same.
 */
export const startPeriodic = (
  ms: number,
  task: () => void,
  onError: (error: unknown) => void,
): (() => void) => {
  const attempt = (): void => {
    try {
      task();
    } catch (error) {
      onError(error);
    }
  };
  attempt();
  const timer = setInterval(attempt, ms);
  return () => clearInterval(timer);
};
