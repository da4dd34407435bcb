import {describe, it} from 'vitest';
import type {RemoteWriteVersion} from '../../peers/strict-receiver-rules.ts';
import {answerChecks} from './answer-checks.ts';
import {messageChecks} from './message-checks.ts';
import {nameChecks} from './name-checks.ts';
import {pageChecks} from './page-checks.ts';
import {queueChecks} from './queue-checks.ts';
import {type Requirement, type RequirementId, requirements} from './requirements.ts';
import type {Sender} from './sender.ts';
import {seriesChecks} from './series-checks.ts';
import {staleChecks} from './stale-checks.ts';
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
  ...nameChecks,
  ...messageChecks,
  ...answerChecks,
  ...queueChecks,
  ...pageChecks,
  ...staleChecks,
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

/** For a machine that does much else; none takes a second on a quiet one. */
const timeoutMs = 30_000;

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
      it(`${sections[version]}: ${words}`, () => check(subject), timeoutMs);
    }
  });
};

const cell = (check: Check | Unbound): string => (typeof check === 'function' ? '✓' : check.because);

const row = ({sections, words, checks: own}: Item): string => {
  const cells = [words, sections['1.0'] ?? '–', sections['2.0'] ?? '–'];
  return `| ${[...cells, ...(own ? [cell(own.results), cell(own.scrapes)] : ['?', '?'])].join(' | ')} |`;
};

/** The checklist for people, in Markdown. */
export const checklistPage =
  (): string => `<!-- Written by test/unit/remote-write/conformance.test.ts: run it with \`-u\` after a change of the checklist. -->
# Remote write: what the specifications ask of a sender

Every MUST, SHOULD and RECOMMENDED that binds a sender, of [1.0](https://prometheus.io/docs/specs/prw/remote_write_spec/) and
[2.0](https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/) (2.0-rc.4), with the section that asks for it. The program
has two senders, of results and of what it scrapes. ✓ is a test over a real socket, by decoders that share no code with the
encoders: [test/contract/remote-write](../test/contract/remote-write).

| requirement | in 1.0 | in 2.0 | results | scrapes |
| --- | --- | --- | --- | --- |
${checklist.map(row).join('\n')}

Where the program does otherwise, or reads in one way what can be read in several:

- 407 is tried again: it is a proxy's, and the receiver has not seen the request. After a 401 an OAuth token is fetched anew,
  once.
- A backlog of results that is refused goes again in halves, until each result has its own verdict. These are other requests,
  and the one that was refused is never made again.
- The words of a receiver are logged on one line, up to 500 characters of them, without the secrets that they repeat.
- Exemplars in 1.0 are Prometheus' own addition to its schema. They are sent where \`send_exemplars\` asks for them.
- Names in UTF-8 are not the sender's: those that a target has are passed on in both versions, as by Prometheus 3, whose
  receiver takes them in both. 1.0 forbids them and 2.0 advises against them; \`metric_name_escaping_scheme: underscores\` has
  targets give others.
`;
