import {coolDownAfter, longestCoolDownMs} from '../engine/cool-down.ts';
import type {Journal} from '../journal/journal.ts';
import type {CoolDown, EngineFailure, TestResult} from '../result.ts';

// What was said before that is forgotten: the longest cool-down, and as long again in which the engine was not asked.
const rememberedMs = 2 * longestCoolDownMs;

const failuresOf = (result: TestResult): readonly EngineFailure[] => {
  switch (result.status) {
    case 'completed':
      return result.fellBackFrom ?? [];
    case 'failed':
      return result.attempts;
    case 'skipped':
      return [];
    default:
      return result satisfies never;
  }
};

/**
 * The last cool-down of a job's engine that has not worked since then, whether it is over or not, from the journal.
 * The newest result of a scheduled test that speaks of the engine tells; where none does back to two days before `nowMs`,
 * there is none.
 */
export const lastCoolDown = (
  journal: Pick<Journal, 'newest' | 'previous'>,
  job: string,
  engine: string,
  nowMs: number,
): CoolDown | undefined => {
  // Rate limits that began no cool-down: those of manual tests, and of versions that knew of none.
  const limitedAtMs: number[] = [];
  let found: CoolDown | undefined;
  for (let row = journal.newest(job); row !== undefined; row = journal.previous(row)) {
    const {result} = row;
    if (result.endedAtMs < nowMs - rememberedMs) break;
    if (result.status === 'completed' && result.measurement.engine.name === engine) break;
    const said = failuresOf(result).findLast((failure) => failure.engine === engine);
    if (said === undefined) continue;
    found = said.coolDown;
    if (found === undefined && said.class === 'rate-limited') limitedAtMs.unshift(result.endedAtMs);
    else if (found !== undefined || result.scheduled) break;
  }
  return limitedAtMs.reduce<CoolDown | undefined>(coolDownAfter, found);
};
