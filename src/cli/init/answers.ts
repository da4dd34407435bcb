import {UsageError} from '../exit-code.ts';

/** The engines that a first configuration can begin with. */
export const offeredEngines = [
  'cloudflare',
  'librespeed',
  'ookla',
  'librespeed-cli',
  'speedtest-cli',
  'iperf3',
  'embedded',
] as const;
export type OfferedEngine = (typeof offeredEngines)[number];

/** What a first configuration is made of. */
export interface Answers {
  readonly engine: OfferedEngine;
  /** A LibreSpeed server's address, or an iperf3 server's name; empty for other engines. */
  readonly server: string;
  readonly schedule: string;
  /** Empty for none. */
  readonly remoteWriteUrl: string;
  readonly pushgatewayUrl: string;
}

/** The answers that flags give, and whether Ookla's licence is accepted. */
export type Given = {readonly [Name in keyof Answers]: Answers[Name] | undefined} & {
  readonly acceptLicense: boolean;
};

/** Puts a question to a person; the answer without spaces around it, empty where they just pressed Enter. */
export type Ask = (question: string) => Promise<string>;

const serverQuestion: Readonly<Partial<Record<OfferedEngine, string>>> = {
  librespeed: 'Address of the LibreSpeed server, such as https://speed.example/backend/',
  iperf3: 'Name or address of the iperf3 server',
};

const isOffered = (name: string): name is OfferedEngine => offeredEngines.some((each) => each === name);

const askForEngine = async (ask: Ask): Promise<OfferedEngine> => {
  for (;;) {
    const answer = await ask(`Engine that tests the line (${offeredEngines.join(', ')}) [cloudflare]`);
    const name = answer === '' ? 'cloudflare' : answer;
    if (isOffered(name)) return name;
  }
};

const licenceQuestion =
  "Do you accept Ookla's licence (https://www.speedtest.net/about/eula), which is for personal, non-commercial use? yes or no [no]";

/**
 * Completes what flags give.
 * @param ask undefined where there is nobody to ask: what is missing gets its default then.
 * @param minute of the hour at which tests run by default.
 * Throws a `UsageError` where an answer is needed that nobody gives.
 */
export const completeAnswers = async (
  given: Given,
  ask: Ask | undefined,
  minute: number,
): Promise<Answers> => {
  const text = async (value: string | undefined, question: string, byDefault: string): Promise<string> => {
    if (value !== undefined) return value;
    const answer = await ask?.(byDefault === '' ? question : `${question} [${byDefault}]`);
    return answer === undefined || answer === '' ? byDefault : answer;
  };

  const engine = given.engine ?? (ask === undefined ? 'cloudflare' : await askForEngine(ask));
  if (engine === 'ookla' && !given.acceptLicense && (await ask?.(licenceQuestion)) !== 'yes') {
    throw new UsageError("engine ookla needs --accept-license, which says that you accept Ookla's licence");
  }
  const question = serverQuestion[engine];
  const server = question === undefined ? '' : await text(given.server, question, '');
  if (question !== undefined && server === '') throw new UsageError(`engine ${engine} needs --server`);
  return {
    engine,
    server,
    schedule: await text(given.schedule, 'When to test, as a cron expression', `${minute} * * * *`),
    remoteWriteUrl: await text(given.remoteWriteUrl, 'Remote-write address (Enter for none)', ''),
    pushgatewayUrl: await text(given.pushgatewayUrl, 'Address of a Pushgateway (Enter for none)', ''),
  };
};
