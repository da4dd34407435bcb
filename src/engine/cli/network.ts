import {EngineError, type JobNetwork} from '../engine.ts';

const refusal = (engine: string, words: string): EngineError =>
  new EngineError('no-network', `engine ${engine}: ${words}, and another line is not measured in its place`);

/** For a program that takes a source address and no IP family: one without an address can't be asked of it. */
export const requireAddress = (engine: string, {sourceAddress, ipFamily}: JobNetwork): void => {
  if (ipFamily === undefined || sourceAddress !== undefined) return;
  throw refusal(engine, `its program takes the job's ip_family ${ipFamily} only as a source_address`);
};

/** For a program that can't be told from where to test. */
export const requireDefaultNetwork = (engine: string, {sourceAddress, ipFamily}: JobNetwork): void => {
  if (ipFamily === undefined && sourceAddress === undefined) return;
  throw refusal(engine, "its program can't be told the job's source_address or ip_family");
};
