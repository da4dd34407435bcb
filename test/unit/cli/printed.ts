import {onTestFinished, vi} from 'vitest';

/** What this process prints from now on, until the running test ends. */
export interface Printed {
  stdout(): string;
  stderr(): string;
}

/** Keeps what commands print that run in this process. */
export const keepPrinted = (): Printed => {
  const texts = {stdout: '', stderr: ''};
  for (const name of ['stdout', 'stderr'] as const) {
    const spy = vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    });
    onTestFinished(() => spy.mockRestore());
  }
  return {stdout: () => texts.stdout, stderr: () => texts.stderr};
};
