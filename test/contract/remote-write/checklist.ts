import {describe, it} from 'vitest';
import type {RemoteWriteVersion} from '../../peers/strict-receiver-rules.ts';
import {answerChecks} from './answer-checks.ts';
import {messageChecks} from './message-checks.ts';
import {pageChecks} from './page-checks.ts';
import {queueChecks} from './queue-checks.ts';
import {type Requirement, type RequirementId, requirements} from './requirements.ts';
import type {Sender} from './sender.ts';
import {seriesChecks} from './series-checks.ts';
import type {Check, Checks, Subject, Unbound} from './subject.ts';
import {makeTour, type Tour} from './tour.ts';
import {wireChecks} from './wire-checks.ts';

const superseded: Unbound = {
  because:
    "2.0's specification has it otherwise: who asks for 2.0 gets it, and 1.0 where the receiver refuses it",
};

const checks: Readonly<Record<RequirementId, Checks>> = {
  ...wireChecks,
  ...seriesChecks,
  ...messageChecks,
  ...answerChecks,
  ...queueChecks,
  ...pageChecks,
  emptyFirst: {results: superseded, scrapes: superseded},
};
const checksById: Readonly<Record<string, Checks>> = checks;

export interface Item extends Requirement {
  /** How each sender is held to it; undefined where somebody has forgotten it. */
  readonly checks: Checks | undefined;
}

/** Every requirement, in the order of the specifications. */
export const checklist: readonly Item[] = Object.entries(requirements).map(
  ([id, requirement]: [string, Requirement]) => ({...requirement, checks: checksById[id]}),
);

/** Holds a sender to all that binds it in a version. */
export const describeRemoteWriteSender = (sender: Sender, version: RemoteWriteVersion): void => {
  describe(`${sender.name} in remote write ${version}`, () => {
    let tour: Promise<Tour> | undefined;
    const subject: Subject = {
      sender,
      version,
      tour: () => {
        tour ??= makeTour(sender, version);
        return tour;
      },
    };
    for (const {sections, words, checks: own} of checklist) {
      const check = own?.[sender.name];
      if (sections[version] === undefined || typeof check !== 'function') continue;
      it(`${sections[version]}: ${words}`, () => check(subject));
    }
  });
};

const cell = (check: Check | Unbound): string => (typeof check === 'function' ? 'tested' : check.because);

/** The checklist for people, as a table of Markdown. */
export const checklistTable = (): string =>
  checklist
    .map(({sections, words, checks: own}) => {
      const cells = [words, sections['1.0'] ?? '–', sections['2.0'] ?? '–'];
      return `| ${[...cells, ...(own ? [cell(own.results), cell(own.scrapes)] : ['?', '?'])].join(' | ')} |`;
    })
    .join('\n');
