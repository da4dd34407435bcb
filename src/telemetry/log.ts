import {pino} from 'pino';

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];
export const logFormats = ['auto', 'text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The log as the rest of the program sees it: one line a call, with fields that machines can filter by. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** A log whose settings can be changed. */
export interface AdjustableLog extends Log {
  /** Goes by these settings from now on. */
  adjust(settings: LogSettings): void;
}

export interface LogSettings {
  readonly level: LogLevel;
  /** `auto`: text on a terminal, JSON elsewhere. */
  readonly format: LogFormat;
}

const textLine = (level: LogLevel, message: string, fields: Fields): string => {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' ? JSON.stringify(value) : value}`);
  return `${new Date().toISOString()} ${level.padEnd(5)} ${message}${pairs.join('')}\n`;
};

type Writer = (at: LogLevel, message: string, fields: Fields) => void;

const textWriter =
  (level: LogLevel): Writer =>
  (at, message, fields) => {
    if (logLevels.indexOf(at) >= logLevels.indexOf(level))
      process.stderr.write(textLine(at, message, fields));
  };

const writerFor = ({level, format}: LogSettings): Writer => {
  const asText = format === 'text' || (format === 'auto' && process.stderr.isTTY === true);
  return asText ? textWriter(level) : jsonWriter(level);
};

/** Builds the log, which writes to standard error. */
export const createLog = (settings: LogSettings): AdjustableLog => {
  let write = writerFor(settings);
  return {
    adjust: (changed) => {
      write = writerFor(changed);
    },
    debug: (message, fields = {}) => write('debug', message, fields),
    info: (message, fields = {}) => write('info', message, fields),
    warn: (message, fields = {}) => write('warn', message, fields),
    error: (message, fields = {}) => write('error', message, fields),
  };
};

const jsonWriter = (level: LogLevel): Writer => {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {level: (label) => ({level: label})},
    },
    process.stderr,
  );
  return (at, message, fields) => logger[at](fields, message);
};
