import {offeredEngines} from './answers.ts';

const text = (describe: string) => ({type: 'string', requiresArg: true, describe}) as const;

/** The answers to the questions of `config init`. At a terminal, what is not given is asked. */
export const initFlags = {
  output: {...text('file to write'), default: 'speedtest-bridge.yaml'},
  engine: {choices: offeredEngines, requiresArg: true, describe: 'engine to test with'},
  server: text('address of the LibreSpeed server, or name of the iperf3 server'),
  'accept-license': {
    type: 'boolean',
    default: false,
    describe: "that you accept Ookla's licence, for engine ookla",
  },
  schedule: text('cron expression of the tests'),
  'remote-write-url': text('where to send results by remote write'),
  'pushgateway-url': text('Pushgateway to push results to'),
} as const;
